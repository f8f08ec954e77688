"""Sentences about orders, their messages, alerts and exports: English → Chinese."""

from __future__ import annotations

OF_ORDERS: dict[str, str] = {
    "Only a webhook's secret is made here; a robot's is set where the robot is.": (
        "只有 Webhook 的密钥由本系统生成；机器人的密钥请在机器人处设置。"
    ),
    "This delivery has not ended yet: it is tried again by itself.": "该消息尚未发送完毕，系统会自动重试。",
    "A URL holds no user name and no password.": "网址不能包含用户名或密码。",
    "A URL has no fragment here.": "此处的网址不能包含片段（#）。",
    "Alerts go out over https only.": "提醒只能发送到 https 网址。",
    "Alerts go to port 443 only.": "提醒只能发送到 443 端口。",
    "The host is not on the public internet.": "网址的主机不在公网上。",
    "A URL is at most {most} visible ASCII characters.": "网址最多 {most} 个可见的 ASCII 字符。",
    "This is not a URL.": "这不是网址。",
    "A robot of this kind is at https://{host}{prefix}.": "该类机器人的网址是 https://{host}{prefix}。",
    "The host is not a name that the public internet knows.": "网址的主机名不是公网域名。",
    "The buyer wants no reminders, or is blocked.": "买家已选择不接收催付，或已被拉黑。",
    "This is not possible while the order's status is {status}.": "订单状态为“{status}”时不能执行此操作。",
    "This is possible only in these statuses: {statuses}. The order's status is {status}.": (
        "只有在以下订单状态才能执行此操作：{statuses}。当前状态为“{status}”。"
    ),
    "The order is frozen: only unfreeze, sync, messages and notes pass.": (
        "订单已冻结：只允许解冻（unfreeze）、同步（sync）、留言和备注。"
    ),
    "The export is under way.": "导出正在进行。",
    "The export has its files.": "导出的文件仍然可用。",
    "A file of {kind} is laid out as {layouts}.": "{kind} 的文件格式只能是：{layouts}。",
    "The export has {state} already.": "导出已结束，状态为 {state}。",
    "A message says something.": "留言不能为空。",
    "A message has at most {limit:,} characters; this has {length:,}.": (
        "留言最多 {limit:,} 个字符；此留言有 {length:,} 个。"
    ),
    "A message is in English: character {position} is {char!r} ({unicode_name}).": (
        "留言须为英文：第 {position} 个字符是 {char!r}（{unicode_name}）。"
    ),
    "A template has a name.": "模板名称不能为空。",
    "There is no variable {text} (character {position}). There are {variables}.": (
        "没有变量 {text}（第 {position} 个字符）。可用的变量：{variables}。"
    ),
    "A brace stands alone: {text} (character {position}). There are {variables}.": (
        "花括号没有配对：{text}（第 {position} 个字符）。可用的变量：{variables}。"
    ),
    "This order has no {{{name}}}.": "该订单没有 {{{name}}} 的值。",
    "A message is in English, and this order's {{{name}}} is not.": "留言须为英文，而该订单的 {{{name}}} 不是英文。",
    "The currency is not a code of ISO 4217.": "币种不是 ISO 4217 代码。",
    "An amount in {currency} is written like {example}: no sign, no leading zeros, {digits} decimals.": (
        "{currency} 的金额应写成 {example} 的形式：没有符号，没有前导零，{digits} 位小数。"
    ),
    "An amount is at most {most}.": "金额最多为 {most}。",
    "The platform has not said yet what the buyer asks for.": "平台尚未告知买家的诉求。",
    "A dispute has at most {most} proposals: accept one, or let the platform decide.": (
        "每个纠纷最多 {most} 个协商方案：请接受其中一个，或等待平台裁决。"
    ),
    "A dispute has at most {most} pieces of evidence.": "每个纠纷最多 {most} 份证据。",
    "The order has no open dispute.": "订单没有未结束的纠纷。",
    "This is possible only in these stages of the dispute: {stages}.": "只有在以下纠纷阶段才能执行此操作：{stages}。",
    "The order has no such line.": "订单没有该商品行。",
    "The claim is more than what remains of the order's money.": "索赔金额超过订单剩余可退金额。",
    "The refund is more than what remains of the order's money.": "退款金额超过订单剩余可退金额。",
    "Goods are not sent back for nothing.": "退货必须有退款金额。",
    "What was not received cannot be returned.": "未收到的货物无法退回。",
    "An order has at most {most} disputes.": "每个订单最多 {most} 个纠纷。",
    "This dispute has ended; another one is open.": "该纠纷已结束；订单有新的纠纷。",
    "Amount and fees are more than what is left.": "放款金额与费用之和超过剩余金额。",
    "The order has no such refund.": "订单没有该退款。",
    "The coupon is a part of the refund.": "优惠券部分不能超过退款金额。",
    "The fees are more than the funds that await release.": "费用超过等待放款的金额。",
    "The refund is {state}, not accepted.": "退款状态为 {state}，不是 accepted。",
    "A dispute is open on this order.": "订单有未结束的纠纷。",
    "The order's funds are not awaiting release.": "订单资金不是等待放款状态。",
    "The order has no accepted refund to pay.": "订单没有待支付的已同意退款。",
    "The buyer of this order has been reminded once already.": "该订单已催付过一次。",
    "Every parcel has been reported as delivered already.": "所有包裹均已报告妥投。",
    "The order is not frozen.": "订单未被冻结。",
    "The order has ended. Only a payment from before its payment timer lapsed opens it again.": (
        "订单已结束。只有在付款期限之前完成的付款才能重新打开订单。"
    ),
    "The receipt window has been extended by {days} days already.": "收货时间已累计延长 {days} 天，不能再延长。",
    "Each parcel can be edited {most} times, and has been.": "每个包裹最多修改 {most} 次，次数已用完。",
    "A parcel can be edited within {days} days of its shipment.": "包裹只能在发货后 {days} 天内修改。",
    "An order has at most {most} parcels.": "每个订单最多 {most} 个包裹。",
    "What was received is no less than the order's total.": "实收金额不少于订单金额。",
    "More than this has been paid back or promised to the buyer already.": "已退还或承诺退还买家的金额超过此金额。",
    "The order comes to more than {most}.": "订单金额超过 {most}。",
    "The discount is more than lines, shipping and tax.": "优惠金额超过商品、运费与税费之和。",
    "The total is not lines + shipping_fee - discount + tax.": "total 不等于 lines + shipping_fee - discount + tax。",
    "An order has at most {most} refund records.": "每个订单最多 {most} 条退款记录。",
    "Name a carrier, a tracking_no or a tracking_url.": "请填写 carrier、tracking_no 或 tracking_url。",
    "Another parcel of the order has this carrier and number.": "订单的另一个包裹已有该物流商和运单号。",
    "This parcel has been reported as delivered already.": "该包裹已报告妥投。",
    "The order has no such parcel.": "订单没有该包裹。",
    "The order has a parcel with this carrier and number already.": "订单已有该物流商和运单号的包裹。",
    "With several parcels, each names its lines.": "有多个包裹时，每个包裹须写明 lines。",
    "A parcel can be edited {most} times, and this one has been.": "每个包裹最多修改 {most} 次，该包裹的次数已用完。",
    "The receipt window can be extended by {left} more days.": "收货时间最多还能延长 {left} 天。",
    "Only {left} of this line are left to ship.": "该商品行只剩 {left} 件未发货。",
    "The order was placed after this snapshot.": "订单的下单时间晚于该快照。",
    "The snapshot is of another order.": "该快照属于另一个订单。",
    "The order is in {currency}.": "订单的币种是 {currency}。",
    "Two parcels have the same carrier and number.": "有两个包裹的物流商和运单号相同。",
    "The parcels hold more of a line than was ordered.": "包裹中的商品数量超过订购数量。",
    "An order that is {status} is not {fund_state}.": "状态为 {status} 的订单，资金状态不能是 {fund_state}。",
    "This deployment has no address to send email from.": "本系统尚未设置发件地址，无法使用邮件渠道。",
    "A channel has at most {most} tests a minute. Wait {seconds} s.": "每分钟最多测试 {most} 次，请等待 {seconds} 秒。",
    "Nobody has confirmed the address: enter the code that was sent to it.": "邮箱尚未验证，请填写邮件中的验证码。",
    "This channel waits for no confirmation.": "该提醒渠道无需验证。",
    "The code is not right, or it is older than a day: send a new one.": "验证码不正确或已超过一天，请重新发送。",
    "A channel gets at most {most} confirmations in ten minutes. Wait {seconds} s.": (
        "每个渠道十分钟内最多发送 {most} 封验证邮件，请等待 {seconds} 秒。"
    ),
    "A store sends at most {most} confirmations a day. Wait {seconds} s.": (
        "每个店铺每天最多发送 {most} 封验证邮件，请等待 {seconds} 秒。"
    ),
    "A channel takes at most {most} codes an hour. Wait {seconds} s.": "每小时最多验证 {most} 次，请等 {seconds} 秒。",
    "The channel is off: switch it on first.": "该提醒渠道已停用，请先启用。",
    "A store has at most {most} alert channels.": "每个店铺最多 {most} 个提醒渠道。",
    "Nothing was uploaded under this id, or it is more than a day ago.": "没有找到上传的文件，或上传已超过一天。",
    "Evidence is a JPEG, PNG, GIF, WebP or PDF file.": "证据只能是 JPEG、PNG、GIF、WebP 或 PDF 文件。",
    "No order awaits shipment.": "没有等待发货的订单。",
    "This lies more than {minutes} minutes ahead.": "该时间比现在晚 {minutes} 分钟以上。",
    "The store has an order of this number with other content.": "该订单号已存在，且内容不同。",
    "This word is an address of the API, not an order number.": "这个词是接口地址的一部分，不能用作订单号。",
    "Another template of the store has this name.": "店铺已有同名模板。",
    "The store has no such template.": "店铺没有这个留言模板。",
    "A store has at most {most} templates.": "每个店铺最多 {most} 个留言模板。",
    "The import is {state}: only a preview is applied.": "导入的状态为 {state}：只有预览（preview）可以执行。",
    "The import has {state} already.": "导入已结束，状态为 {state}。",
}
