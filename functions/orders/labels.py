"""Text for people, in English and Chinese. It may change; programs read the codes."""

from __future__ import annotations

from functions.orders.request.accept import ranges

TITLES: dict[int, str] = {
    400: "请求格式错误",
    401: "未登录",
    403: "没有权限",
    404: "未找到",
    405: "方法不允许",
    409: "与当前状态冲突",
    410: "已过期",
    412: "版本已变化",
    413: "内容过大",
    415: "不支持的内容类型",
    422: "内容不符合规则",
    429: "请求过多",
    500: "系统错误",
    503: "服务繁忙",
}


def language(accept: str | None) -> str:
    """`zh-CN` where the header asks for any Chinese before English, else `en`."""
    for tag, _ in sorted(ranges(accept), key=lambda each: -each[1]):
        if tag.startswith("zh"):
            return "zh-CN"
        if tag.startswith("en"):
            return "en"
    return "en"


def title_in(language: str, status: int) -> str | None:
    return TITLES.get(status) if language == "zh-CN" else None
