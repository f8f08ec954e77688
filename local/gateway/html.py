"""The small pages that the local run makes itself: no script, one style sheet, light and dark, phone and desktop."""

from __future__ import annotations

import base64
import hashlib
from html import escape

from local.gateway.http_api import Headers, Response

__all__ = ["HEADERS", "STYLE", "escape", "language", "page"]

STYLE = """
:root { color-scheme: light dark; --back: #f5f5f5; --card: #fff; --text: #1f1f1f; --soft: #595959; --line: #8c8c8c;
  --main: #0958d9; --on-main: #fff; --wrong: #a8071a }
@media (prefers-color-scheme: dark) { :root { --back: #000; --card: #1f1f1f; --text: #f0f0f0; --soft: #bfbfbf;
  --line: #8c8c8c; --main: #69b1ff; --on-main: #000; --wrong: #ff7875 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.5 system-ui, "PingFang SC",
  "Microsoft YaHei", "Noto Sans CJK SC", sans-serif }
main { max-width: 26rem; margin: 0 auto; padding: 2rem 1rem }
.card { background: var(--card); border-radius: .75rem; padding: 1.25rem }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem }
h2 { font-size: 1rem; margin: 1.25rem 0 .5rem }
p { margin: 0 0 .5rem; color: var(--soft) }
.wrong { color: var(--wrong) }
button, a.button { display: block; width: 100%; min-height: 2.75rem; margin: .5rem 0 0; padding: .5rem 1rem;
  border: 1px solid var(--line); border-radius: .5rem; background: transparent; color: inherit; font: inherit;
  text-align: center; text-decoration: none; cursor: pointer }
button:first-of-type, a.button { border-color: var(--main); background: var(--main); color: var(--on-main) }
:focus-visible { outline: 3px solid var(--main); outline-offset: 2px }
details { margin-top: 1.25rem }
summary { min-height: 2.75rem; padding: .5rem 0; font-weight: 600; cursor: pointer }
label { display: block; margin-top: .5rem }
input, select { width: 100%; min-height: 2.75rem; padding: .5rem; border: 1px solid var(--line); border-radius: .5rem;
  background: var(--card); color: inherit; font: inherit }
"""
_STYLE_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS: Headers = [
    ("content-type", "text/html; charset=utf-8"),
    ("cache-control", "no-store"),
    (
        "content-security-policy",
        f"default-src 'none'; style-src 'sha256-{_STYLE_DIGEST}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'",
    ),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    # Not no-referrer: a browser then sends the form with `Origin: null`.
    ("referrer-policy", "same-origin"),
    ("vary", "accept-language, cookie"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
]


def language(accept_language: str, chosen: str = "") -> str:
    """`zh` where the browser prefers Chinese to English, else `en`. A `chosen` language wins over the browser's."""
    wanted: list[tuple[float, str]] = []
    for part in (chosen or accept_language).split(","):
        tag, _, weight = part.strip().lower().partition(";q=")
        try:
            wanted.append((float(weight or 1), tag.split("-")[0]))
        except ValueError:
            continue
    known = [(weight, tag) for weight, tag in wanted if tag in ("zh", "en") and weight > 0]
    return max(known, key=lambda each: each[0])[1] if known else "en"


def page(status: int, lang: str, title: str, body: str, headers: Headers | None = None) -> Response:
    """A page with the title as its heading. `title` and `body` are HTML."""
    text = f"""<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>
<body><main><div class="card"><h1>{title}</h1>
{body}
</div></main></body></html>
"""
    return Response(status, [*HEADERS, *(headers or [])], text.encode("utf-8"))
