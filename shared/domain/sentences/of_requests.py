"""Sentences about requests, their fields and parameters: English → Chinese."""

from __future__ import annotations

OF_REQUESTS: dict[str, str] = {
    "This cursor is more than 24 hours old: start the list again.": "翻页游标已超过 24 小时，请重新查询。",
    "This cursor is not one of ours for this store and query.": "翻页游标不属于该店铺的这次查询。",
    "not a cursor of this list": "不是该列表的翻页游标",
    "This address answers {methods} only.": "此路径只支持：{methods}。",
    "A body is application/json in UTF-8.": "请求内容必须是 UTF-8 编码的 application/json。",
    "not application/json in UTF-8": "不是 UTF-8 编码的 application/json",
    "Something went wrong here. Nothing is known to be wrong with the request; it may be sent again.": (
        "系统出错。请求本身没有发现问题，可以再次发送。"
    ),
    "Something went wrong here with this item; it may be sent again.": "处理该项时系统出错，可以再次发送。",
    "1 to 255 visible ASCII characters.": "1 至 255 个可见的 ASCII 字符。",
    "The token is not an access token for this service.": "令牌不是本服务的访问令牌。",
    "This token holds several stores: name one in X-Store-Id.": "令牌包含多个店铺，请用 X-Store-Id 指定一个。",
    "A store has an owner: make another member an owner first.": "店铺必须有店主，请先将另一名成员设为店主。",
    "This user is a member with another role: change it.": "该用户已是成员，角色不同，请修改其角色。",
    "A program has the role platform, and a person another: remove the member.": (
        "程序的角色只能是 platform，人员不能是 platform，请先移除该成员。"
    ),
    "A lead is at most P30D.": "提前时间最多为 P30D。",
    "A time of day is written like 22:30.": "时刻应写成 22:30 的形式。",
    "Quiet hours end at another time than they begin.": "免打扰时段的开始和结束时间不能相同。",
    "A timer is one of {timers}.": "计时器只能是：{timers}。",
    "There is no such kind of alert.": "没有这种提醒类型。",
    "A channel of kind {kind} has no {name}.": "{kind} 类渠道没有 {name}。",
    "A channel of kind {kind} has {needed}.": "{kind} 类渠道须填写 {needed}。",
    "This is true or false.": "此处须为 true 或 false。",
    "The window ends before it begins.": "结束时间早于开始时间。",
    "An export has a preset or a window, not both.": "导出只能填写 preset 或 window 之一。",
    "An export has a layout or columns of its own, not both.": "导出只能填写 layout 或 columns 之一。",
    "A shipment list is of all orders that await shipment now.": "发货单包含当前所有等待发货的订单。",
    "A pick list is of all orders that can be shipped now.": "拣货单包含当前所有可发货的订单。",
    "A file of customers is of all that there are now.": "客户文件包含当前所有客户。",
    "Only a .csv has a byte order mark, or none.": "只有 .csv 文件可以选择是否带字节顺序标记（BOM）。",
    "A column of {kind} is one of {columns}.": "{kind} 的列只能是：{columns}。",
    "A status is one of {statuses}; several have commas between them.": (
        "状态只能是：{statuses}；多个状态用逗号分隔。"
    ),
    "The column {code} is there already.": "列 {code} 已经存在。",
    "A day is written like 2027-02-06.": "日期应写成 2027-02-06 的形式。",
    "A time is RFC 3339 text with an offset, like 2026-11-23T09:30:00Z.": (
        "时间须为带时区偏移的 RFC 3339 文本，如 2026-11-23T09:30:00Z。"
    ),
    "A time needs an offset: Z, or one like +08:00.": "时间须带时区偏移：Z，或 +08:00 的形式。",
    "A time lies between the years 2000 and 2099.": "时间须在 2000 年至 2099 年之间。",
    "The country is not a code of ISO 3166-1.": "国家不是 ISO 3166-1 代码。",
    "The time zone is not a name of the IANA database.": "时区不是 IANA 数据库中的名称。",
    "A duration is ISO 8601 text, like P20D or PT48H.": "时长须为 ISO 8601 文本，如 P20D 或 PT48H。",
    "A duration is ISO 8601 text between PT1M and P365D, like P20D or PT48H, without years and months.": (
        "时长须为 PT1M 至 P365D 之间的 ISO 8601 文本，如 P20D 或 PT48H，不能用年和月。"
    ),
    "A rate is a decimal string from 0 to less than 1, like 0.05.": "比率须为 0 以上、小于 1 的小数文本，如 0.05。",
    "A message has either `text` or `template_id`.": "留言须填写 `text` 或 `template_id` 之一。",
    "Only the platform says when something happened.": "只有平台可以填写发生时间。",
    "{status} lies on a status: send the status, and the overlay.": (
        "{status} 是叠加在状态上的标记：请分别填写状态和标记。"
    ),
    "{currency} was not a currency of ISO 4217 on {day}.": "{day} 时 {currency} 不是 ISO 4217 的币种。",
    "This deadline is given twice.": "该期限出现了两次。",
    "This line id is given twice.": "该商品行编号出现了两次。",
    "An item is an object.": "每一项须为对象。",
    "not with the others": "不能与其他条件一起使用",
    "Commission and affiliate rate are less than 1 together.": "平台佣金率与联盟佣金率之和须小于 1。",
    "Ship-by is counted in whole days, like P7D.": "发货期限按整天计算，如 P7D。",
    "A setting has a value: leave it out to keep it.": "设置必须有值：若不修改，请不要填写该字段。",
    "The role {role} may not do this.": "角色 {role} 不能执行此操作。",
    "The role {role} may not see the recipient.": "角色 {role} 不能查看收货人信息。",
    "There is no parameter {parameters} here.": "此处没有参数 {parameters}。",
    "unknown parameter": "未知参数",
    "There is nothing here, or nothing that this token may see.": "没有这个内容，或此令牌无权查看。",
    "The body": "请求内容",
    "{field}: {problem}": "{field}：{problem}",
    "This has changed since: read it again.": "内容已被更新，请重新读取。",
    "This Idempotency-Key was used with another body.": "该 Idempotency-Key 已用于不同的请求内容。",
    "used with another body": "已用于不同的请求内容",
    "A request with this Idempotency-Key is still running.": "相同 Idempotency-Key 的请求仍在处理中。",
    "This changes more at once than one transaction can hold: tell it in several steps.": (
        "一次改动的内容超过一个事务的上限，请分几步提交。"
    ),
    "The store is busy: try again in a moment.": "服务繁忙，请稍后再试。",
    "The body is a JSON object.": "请求内容须为 JSON 对象。",
    "{name} is no JSON number.": "{name} 不是 JSON 数字。",
    "A name is given twice in one object.": "同一对象中有重复的字段名。",
    "The body is not UTF-8.": "请求内容不是 UTF-8 编码。",
    "A body is at most {most:,} bytes.": "请求内容最多 {most:,} 字节。",
    "The JSON is nested too deeply.": "JSON 嵌套过深。",
    "This is not JSON: line {line}, column {column}.": "不是有效的 JSON：第 {line} 行，第 {column} 列。",
    "A number is too long.": "数字过长。",
    "An order is at most {most:,} bytes; this one has {size:,}.": "订单最多 {most:,} 字节；此订单有 {size:,} 字节。",
    "Text holds a NUL character or half of a surrogate pair.": "文本包含 NUL 字符或不完整的代理对。",
    "From the first day to the last are at most {days} days.": "起止日期之间最多 {days} 天。",
    (
        "These do not go together. What does: nothing, one overlay, one fund_state, one buyer, one tag, one country "
        "or one or several status, each with placed_from, placed_to and sort=-placed_at or placed_at; nothing, "
        "status or actor with due_from, due_to and sort=deadline_at; tracking_no alone."
    ): (
        "这些条件不能一起使用。可以一起使用的有：不填，或一个 overlay、一个 fund_state、一个 buyer、一个 tag、"
        "一个 country、一个或多个 status，可各自加上 placed_from、placed_to 和 sort=-placed_at 或 placed_at；"
        "不填，或 status、actor，可加上 due_from、due_to 和 sort=deadline_at；tracking_no 只能单独使用。"
    ),
    (
        "These do not go together. What does: frequency, amount or both; blocked alone; opted_out alone; tag alone; "
        "each with last_order_from, last_order_to and sort."
    ): (
        "这些条件不能一起使用。可以一起使用的有：frequency、amount 或两者；blocked 只能单独使用；opted_out "
        "只能单独使用；tag 只能单独使用；均可加上 last_order_from、last_order_to 和 sort。"
    ),
    "Files are kept for 30 days: ask for the export again.": "文件只保留 30 天，请重新导出。",
    "Templates are the shop's own words.": "留言模板只供卖家使用。",
    "Either `unread` or `unanswered_for`, not both.": "只能填写 `unread` 或 `unanswered_for` 之一。",
    "Only the platform says who wrote, and when.": "只有平台可以填写留言人和时间。",
    'A version is a number, or an entity tag like "7".': '版本须为数字，或 "7" 形式的实体标签。',
    'An entity tag is written like "7".': '实体标签应写成 "7" 的形式。',
    "This change has no version to match. In a bulk, each item has its own `if_match`.": (
        "该操作没有可比对的版本。批量操作中，每一项有自己的 `if_match`。"
    ),
    "An item names its order.": "每一项须填写订单号。",
    "This order is given twice.": "该订单出现了两次。",
    "A day lies between the years 2000 and 2099.": "日期须在 2000 年至 2099 年之间。",
    "By {by}, a report is of {days} days at most.": "按 {by} 统计的报表最多 {days} 天。",
    "Name what to search for.": "请填写要搜索的内容。",
    "The check digit of this number is wrong for its carrier.": "该运单号的校验位与物流商不符。",
    "Another open order has this tracking number.": "另一个未结束的订单已使用该运单号。",
    "This field is required.": "此字段必填。",
    "There is no such field.": "没有这个字段。",
    "This is text.": "此处须为文本。",
    "Text has at least {min_length} characters here.": "此处的文本至少 {min_length} 个字符。",
    "Text has at most {max_length} characters here.": "此处的文本最多 {max_length} 个字符。",
    "Text matches the pattern {pattern} here.": "此处的文本须符合格式 {pattern}。",
    "This is a whole number.": "此处须为整数。",
    "This number is too long.": "该数字过长。",
    "This number is at least {ge}.": "该数字至少为 {ge}。",
    "This number is at most {le}.": "该数字最多为 {le}。",
    "This is a list.": "此处须为列表。",
    "This is an object.": "此处须为对象。",
    "There are at least {min_length} of these.": "此处至少 {min_length} 项。",
    "There are at most {max_length} of these.": "此处最多 {max_length} 项。",
    "This is one of {expected}.": "此处只能是：{expected}。",
    "This value is not allowed here.": "此处不能使用该值。",
    "The rows of an import are kept for 30 days.": "导入的行只保留 30 天。",
    "This field is not set by a request: leave it out.": "此字段不能由请求设置，请不要填写。",
}
