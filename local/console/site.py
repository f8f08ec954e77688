"""The console's files as CloudFront serves them: the built ones, `index.html` for every page, and `config.json`."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.console import progress
from local.console.headers import page_headers
from local.gateway import html
from local.gateway.http_api import Headers, Request, Response
from local.signin.authorization import Client
from local.template import Template

TYPES = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "ico": "image/x-icon",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "map": "application/json",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "webmanifest": "application/manifest+json",
    "woff2": "font/woff2",
}
"""The content types by the end of the name. A file with another end is not served."""
IMMUTABLE, REVALIDATED = "public, max-age=31536000, immutable", "no-cache"
ASSETS = "/assets/"
_ASSET = re.compile(r"/assets/[A-Za-z0-9_-]+([.][A-Za-z0-9_-]+)+")
INDEX, CONFIG = "/index.html", "/config.json"
COMPRESSED = ".gz"


def cache_control(path: str) -> str:
    """Names under assets/ change with their content; every other file is asked for again."""
    return IMMUTABLE if path.startswith(ASSETS) else REVALIDATED


def content_type(path: str) -> str | None:
    return TYPES.get(path.rpartition("/")[2].rpartition(".")[2])


@dataclass(frozen=True)
class Files:
    """The files of one build by their path, read into memory. They do not change."""

    plain: Mapping[str, bytes]
    compressed: Mapping[str, bytes]
    tag: str

    @classmethod
    def of(cls, folder: Path) -> Files:
        found = {f"/{path.relative_to(folder).as_posix()}": path for path in folder.rglob("*") if path.is_file()}
        found = {path: file for path, file in found.items() if "/." not in path}  # Vite's own notes
        plain = {path: file.read_bytes() for path, file in found.items() if content_type(path)}
        compressed = {path: found[path + COMPRESSED].read_bytes() for path in plain if path + COMPRESSED in found}
        return cls(plain, compressed, folder.name)


class Site:
    """Answers requests for the console; `answer` returns None for what belongs to the API."""

    def __init__(self, data_dir: Path, template: Template) -> None:
        self._data_dir = data_dir
        self._headers = page_headers(template)
        self._client = Client.of(template).client_id
        self._files: Files | None = None
        self._turn = threading.Lock()

    def answer(self, request: Request) -> Response | None:
        path = request.path
        if request.method not in ("GET", "HEAD") or path == "/v1" or path.startswith("/v1/"):
            return None
        if path == CONFIG:
            return self._config(request)
        files = self._current()
        if files is not None and path in files.plain:
            return self._file(request, files, path)
        if files is not None and (former := self._of_former_build(path)) is not None:
            return former
        # As on AWS, a path whose last part has no dot is a page. A program that asks for no page gets the API's 404.
        is_page = "." not in path.rpartition("/")[2] and "text/html" in (request.header("accept") or "")
        if not is_page:
            return None
        return self._file(request, files, INDEX) if files is not None else self._wait(request)

    def _current(self) -> Files | None:
        """The files of the build that the run serves now."""
        link = progress.site(self._data_dir)
        try:
            folder = link.resolve(strict=True)
        except OSError:
            return None
        with self._turn:
            if self._files is None or self._files.tag != folder.name:
                self._files = Files.of(folder)
            return self._files

    def _of_former_build(self, path: str) -> Response | None:
        """A page that was opened before the last build still loads the assets of its own."""
        if not _ASSET.fullmatch(path) or (kind := content_type(path)) is None:
            return None
        for build in progress.site(self._data_dir).resolve().parent.iterdir():
            file = build / path[1:]
            if file.is_file():
                headers = [*self._headers, ("content-type", kind), ("cache-control", IMMUTABLE)]
                return Response(200, headers, file.read_bytes())
        return None

    def _file(self, request: Request, files: Files, path: str) -> Response:
        tag = f'"{files.tag}"'
        headers: Headers = [
            *self._headers,
            ("content-type", content_type(path) or ""),
            ("cache-control", cache_control(path)),
            ("etag", tag),
            ("vary", "accept-encoding"),
        ]
        if tag in (request.header("if-none-match") or ""):
            return Response(304, headers, b"")
        if path in files.compressed and "gzip" in (request.header("accept-encoding") or ""):
            return Response(200, [*headers, ("content-encoding", "gzip")], files.compressed[path])
        return Response(200, headers, files.plain[path])

    def _config(self, request: Request) -> Response:
        """What differs from one deployment to another. On AWS the upload writes it from the stack's outputs."""
        body = {"authority": f"http://{(request.header('host') or '').lower()}", "client_id": self._client, "api": ""}
        headers = [*self._headers, ("content-type", TYPES["json"]), ("cache-control", REVALIDATED)]
        return Response(200, headers, json.dumps(body).encode())

    def _wait(self, request: Request) -> Response:
        """The page before there is a build. It says how far the build is, and loads itself again."""
        lang = html.language(request.header("accept-language") or "")
        return waiting_page(progress.read(self._data_dir), lang)


TITLES = {"en": "The console is being built", "zh": "正在构建卖家后台"}
ABSENT = {"en": "The console is not there", "zh": "没有卖家后台"}
SAYS = {
    "waiting": ("Another process builds it. This run waits.", "另一个进程正在构建，请稍候。"),
    "document": ("It compares the sources with the last build.", "正在与上次构建比较源文件。"),
    "packages": ("Step 1 of 2: installing its packages.", "第 1 步（共 2 步）：安装依赖。"),
    "build": ("Step 2 of 2: building the pages.", "第 2 步（共 2 步）：构建页面。"),
    "ready": ("It is there.", "已就绪。"),
    "failed": ("The build has failed.", "构建失败。"),
    "off": ("This run does not build it. The API is served.", "本次运行不构建后台，接口照常服务。"),
}
NOTE = {
    "en": "The first build takes about a minute. The API answers already. This page loads itself again.",
    "zh": "首次构建约需一分钟，接口已可使用。本页面会自动刷新。",
}


def waiting_page(current: progress.Progress, lang: str) -> Response:
    is_over = current.state in ("failed", "off")
    said = SAYS[current.state][lang == "zh"]
    detail = f"<p>{html.escape(current.detail)}</p>" if current.detail else ""
    body = f'<p role="status" data-state="{current.state}">{said}</p>{detail}' + (
        "" if is_over else f"<p>{NOTE[lang]}</p>"
    )
    headers: Headers = [] if current.state == "off" else [("refresh", "5" if is_over else "1"), ("retry-after", "1")]
    return html.page(503, "zh-CN" if lang == "zh" else "en", (ABSENT if is_over else TITLES)[lang], body, headers)
