"""The sign-in page: a form without script, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from local.gateway import html
from local.gateway.http_api import Response
from local.signin.accounts import ACCOUNTS

Texts = Mapping[str, str]

ENGLISH: Texts = {
    "lang": "en",
    "title": "Sign in to Orderkeep",
    "why": "This page is part of the local run: it asks for no password. On AWS, Cognito asks for one.",
    "demo": "Demo shop",
    "second": "Second shop",
    "both": "Both shops",
    "other": "Another store",
    "store": "Store id",
    "role": "Role",
    "owner": "Owner",
    "staff": "Staff",
    "viewer": "Viewer",
    "owner_of": "Owner of {shop}",
    "staff_of": "Staff of {shop}",
    "viewer_of": "Viewer of {shop}",
    "sign_in": "Sign in",
    "wrong_store": "A store id has letters, digits, _ and -, at most 64.",
    "refused": "This sign-in cannot go on",
    "begin_again": "Open the console and begin again.",
    "console": "Open the console",
}
CHINESE: Texts = {
    "lang": "zh-CN",
    "title": "登录 Orderkeep",
    "why": "此页面只属于本机运行，无需密码。部署到 AWS 后由 Cognito 验证密码。",
    "demo": "演示店铺",
    "second": "第二家店铺",
    "both": "两家店铺",
    "other": "其他店铺",
    "store": "店铺编号",
    "role": "角色",
    "owner": "店主",
    "staff": "员工",
    "viewer": "只读",
    "owner_of": "{shop}店主",
    "staff_of": "{shop}员工",
    "viewer_of": "{shop}只读",
    "sign_in": "登录",
    "wrong_store": "店铺编号由字母、数字、_ 和 - 组成，最多 64 个字符。",
    "refused": "无法继续登录",
    "begin_again": "请打开卖家后台重新开始。",
    "console": "打开卖家后台",
}
GROUPS = (("demo", ("owner", "staff", "viewer")), ("second", ("second",)), ("both", ("both",)))
"""The accounts by the shop that they belong to."""
TEXTS: Mapping[str, Texts] = {"zh": CHINESE, "en": ENGLISH}
OTHER_ROLES = ("owner", "staff", "viewer")
"""The roles that a person can have in another store. The platform is no person."""


def sign_in(words: Texts, request: Mapping[str, str], *, wrong_store: str | None = None) -> Response:
    """The page that asks who signs in. `request` is the authorization request; the form sends it back. `wrong_store`
    is a store id that was refused."""
    action = html.escape(f"/login?{urlencode(request)}")
    shops = "".join(_shop(words, shop, accounts) for shop, accounts in GROUPS)
    hint = f'<p class="wrong" id="wrong" role="alert">{words["wrong_store"]}</p>' if wrong_store is not None else ""
    described = ' aria-describedby="wrong" aria-invalid="true"' if hint else ""
    roles = "".join(f'<option value="{role}">{words[role]}</option>' for role in OTHER_ROLES)
    body = f"""<p>{words["why"]}</p>
<form method="post" action="{action}">{shops}</form>
<details{" open" if hint else ""}><summary>{words["other"]}</summary>
<form method="post" action="{action}">
<label for="store">{words["store"]}</label>
<input id="store" name="store" value="{html.escape(wrong_store or "")}" required maxlength="64"
 pattern="[A-Za-z0-9_\\-]+" autocomplete="off" autocapitalize="none" spellcheck="false"{described}>{hint}
<label for="role">{words["role"]}</label><select id="role" name="role">{roles}</select>
<button>{words["sign_in"]}</button>
</form></details>"""
    return html.page(400 if hint else 200, words["lang"], words["title"], body)


def refused(words: Texts, why: str) -> Response:
    """The page for a request that leads nowhere."""
    body = f'<p>{html.escape(why)}</p><p>{words["begin_again"]}</p><a class="button" href="/">{words["console"]}</a>'
    return html.page(400, words["lang"], words["refused"], body)


def _shop(words: Texts, shop: str, accounts: tuple[str, ...]) -> str:
    buttons = ""
    for name in accounts:
        role = next(iter(ACCOUNTS[name].grants.values()))
        label = words[f"{role}_of"].format(shop=words[shop])
        buttons += f'<button name="account" value="{name}" aria-label="{label}">{words[role]}</button>'
    return f'<section aria-labelledby="{shop}"><h2 id="{shop}">{words[shop]}</h2>{buttons}</section>'
