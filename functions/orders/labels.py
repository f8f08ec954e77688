"""Text for people, in English and Chinese. It may change; programs read the codes."""

from __future__ import annotations

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
    503: "服务繁忙",
}

DETAILS: dict[str, str] = {
    "not_found": "没有这个内容，或此令牌无权查看。",
    "forbidden": "您的角色不能执行此操作。",
    "method_not_allowed": "此路径不支持该方法。",
    "invalid_request": "请求内容有误，请查看 errors 中列出的字段。",
    "store_required": "令牌包含多个店铺，请用 X-Store-Id 指定一个。",
    "transition_not_allowed": "订单当前状态不允许此操作。",
    "order_frozen": "订单已冻结：只允许解冻、同步、留言和备注。",
    "dispute_open": "订单有未结束的纠纷。",
    "dispute_ended": "该纠纷已结束；订单有新的纠纷。",
    "claim_unknown": "平台尚未告知买家的诉求。",
    "too_many_proposals": "协商方案已达上限：请接受其中一个，或等待平台裁决。",
    "too_much_evidence": "该纠纷的证据数量已达上限。",
    "evidence_missing": "没有找到上传的文件，或上传已超过一天。",
    "evidence_not_image_or_pdf": "证据只能是 JPEG、PNG、GIF、WebP 或 PDF 文件。",
    "refund_exceeds_remaining": "退款金额超过订单剩余可退金额。",
    "nothing_to_return": "未收到的货物无法退回。",
    "coupon_exceeds_refund": "优惠券部分不能超过退款金额。",
    "message_empty": "留言不能为空。",
    "message_too_long": "留言最多 1,500 个字符。",
    "template_unknown": "店铺没有这个留言模板。",
    "template_name_empty": "模板名称不能为空。",
    "template_name_taken": "店铺已有同名模板。",
    "too_many_templates": "店铺的留言模板已达上限。",
    "template_not_allowed": "留言模板只供卖家使用。",
    "template_variable_unknown": "模板中有未知的变量或多余的花括号，请查看 errors。",
    "template_variable_empty": "该订单没有模板所用的某个变量的值，请查看 errors。",
    "template_variable_not_english": "该订单的某个变量的值不是英文，请查看 errors。",
    "already_reminded": "该订单已催付过一次。",
    "buyer_opted_out": "买家已选择不接收催付，或已被拉黑。",
    "extension_exhausted": "收货时间延长已达上限。",
    "edits_exhausted": "该包裹的修改次数已用完。",
    "edit_window_closed": "已超过可修改包裹信息的期限。",
    "tracking_checksum": "该运单号的校验位与物流商的规则不符，请核对。",
    "tracking_duplicate": "另一个未结束的订单也使用此运单号，请核对。",
    "already_delivered": "该包裹已报告妥投。",
    "order_exists": "该订单号已存在，且内容不同。",
    "change_too_large": "一次改动的内容过多，请分几步同步。",
    "version_mismatch": "订单已被更新，请重新读取。",
    "idempotency_key_reused": "该 Idempotency-Key 已用于不同的请求内容。",
    "request_in_progress": "相同 Idempotency-Key 的请求仍在处理中。",
    "filter_not_indexed": "不支持这组筛选条件的组合。",
    "cursor_invalid": "翻页游标无效。",
    "cursor_expired": "翻页游标已过期，请重新查询。",
    "more_than_left": "发货数量超过剩余数量。",
    "unsupported_media_type": "请求内容必须是 UTF-8 编码的 JSON。",
    "body_too_large": "请求内容过大。",
    "too_many_channels": "店铺的提醒渠道已达上限。",
    "channel_off": "该提醒渠道已停用，请先启用。",
    "delivery_pending": "该消息尚未发送完毕，系统会自动重试。",
    "secret_not_ours": "只有 Webhook 的密钥由本系统生成；机器人的密钥请在机器人处设置。",
    "mail_not_set_up": "本系统尚未设置发件地址，无法使用邮件渠道。",
    "target_malformed": "网址格式有误。",
    "target_not_https": "提醒只能发送到 https 网址。",
    "target_port": "提醒只能发送到 443 端口。",
    "target_userinfo": "网址不能包含用户名或密码。",
    "target_host": "网址的主机名不是公网域名。",
    "target_not_public": "网址不在公网上。",
    "target_not_published": "网址不是该类机器人公布的地址。",
    "url_missing": "请填写网址（url）。",
    "address_missing": "请填写邮箱地址（address）。",
    "url_not_for_kind": "该类渠道没有网址。",
    "address_not_for_kind": "该类渠道没有邮箱地址。",
    "secret_not_for_kind": "该类渠道没有密钥。",
    "busy": "服务繁忙，请稍后再试。",
}


def language(accept: str | None) -> str:
    """`zh-CN` where the header asks for any Chinese before English, else `en`."""
    languages = []
    for position, part in enumerate((accept or "").split(",")[:20]):
        tag, _, params = part.strip().partition(";")
        weight = params.strip().removeprefix("q=")
        quality = float(weight) if weight.replace(".", "", 1).isdigit() and weight.isascii() else 1.0
        languages.append((-quality, position, tag.lower()))
    for _, _, tag in sorted(languages):
        if tag.startswith("zh"):
            return "zh-CN"
        if tag.startswith("en"):
            return "en"
    return "en"


def title_in(language: str, status: int) -> str | None:
    return TITLES.get(status) if language == "zh-CN" else None


def detail_in(language: str, code: str) -> str | None:
    return DETAILS.get(code) if language == "zh-CN" else None
