"""The sentences of imports, in English and Chinese: why a file or a row failed, and what a person should know.

`{value}` and the like are facts of the failure. A row can also fail with an error of the order's life
(shared/domain/errors.py), whose sentence the result has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shared.domain.errors import DomainError, TransitionNotAllowed
from shared.domain.imports.model import RowResult
from shared.domain.labels import label
from shared.domain.sentences.sentence import Sentence, in_language, say

REASONS: dict[str, tuple[str, str]] = {
    # the file
    "nothing_uploaded": ("No file was uploaded in time. Start a new import.", "未在规定时间内上传文件，请重新导入。"),
    "empty_file": ("The file has no rows.", "文件没有数据。"),
    "file_encrypted": ("The file has a password. Save it without one.", "文件有密码，请另存为无密码的文件。"),
    "file_damaged": (
        "The file is damaged or was not uploaded completely. Open it, save it again, and upload it again.",
        "文件已损坏或上传不完整，请打开后重新保存并上传。",
    ),
    "file_is_web_page": (
        "The file is a web page with the name of a spreadsheet. Open it in a spreadsheet program and save it as .xlsx.",
        "文件实际上是网页，请用表格软件打开后另存为 .xlsx。",
    ),
    "file_type_unknown": (
        "The file is no .xls, .xlsx or .csv file.",
        "文件不是 .xls、.xlsx 或 .csv 格式。",
    ),
    "file_too_complex": (
        "Reading the file takes too much time or memory. Save only the rows and columns that are needed.",
        "读取文件占用的时间或内存过多，请只保留需要的行和列后重新保存。",
    ),
    "too_many_rows": ("The file has more than {rows} rows. Split it.", "文件超过 {rows} 行，请拆分后上传。"),
    "too_many_columns": ("A row has more than {columns} columns.", "有一行超过 {columns} 列。"),
    "cell_too_long": ("A cell is longer than 32,767 characters.", "有单元格超过 32,767 个字符。"),
    "encoding_unknown": (
        "The text of the file is neither UTF-8 nor GBK. Save it as CSV UTF-8.",
        "文件编码既不是 UTF-8 也不是 GBK，请另存为 CSV UTF-8。",
    ),
    "columns_not_recognised": (
        "The headings are not those of a known file. Of the layout {layout} these are missing: {columns}.",
        "无法识别表头。按 {layout} 格式缺少以下列：{columns}。",
    ),
    "gave_up": ("The import failed several times. Start it again.", "导入多次失败，请重新导入。"),
    # a row
    "cell_empty": ("The cell is empty.", "单元格为空。"),
    "number_rounded": (
        "A spreadsheet has rounded this number, so it is no longer the original one. Format the column as text and "
        "copy the numbers again.",
        "该编号已被表格软件四舍五入，不再是原来的编号。请将该列设为文本格式后重新复制。",
    ),
    "number_invalid": ("This is no whole number.", "不是整数。"),
    "amount_invalid": ("This is no amount of money.", "不是有效金额。"),
    "currency_differs": ("The amount is not in {currency}.", "金额的币种不是 {currency}。"),
    "time_invalid": ("This is no time.", "不是有效时间。"),
    "in_the_future": (
        "This time is still to come. Correct it, or choose the time zone of the file.",
        "该时间晚于现在，请更正，或选择文件所用的时区。",
    ),
    "products_invalid": (
        "The products are not written as in a file of the seller centre: 【1】 title, attributes, quantity.",
        "产品信息不符合卖家后台导出的格式：【1】标题、产品属性、产品数量。",
    ),
    "currency_unknown": ("This is no currency code.", "不是有效的币种代码。"),
    "status_unknown": ("This status is not known.", "未知的订单状态。"),
    "code_unknown": ("This code is not known.", "未知的代码。"),
    "refund_invalid": (
        "A line of this cell is no refund in the currency of the order, such as Cancellation: 12.50 USD, Paid.",
        "该单元格有一行不是以订单币种填写的退款，例如：取消订单: 12.50 USD, 已退款。",
    ),
    "message_invalid": (
        "Line {line} of the cell is no message of at most 10,000 characters. Write the time in UTC and the text in "
        'quotes, as in 2026-11-29T08:15:00Z "Thanks".',
        "单元格第 {line} 行不是有效留言（最多 10,000 个字符）。请填写 UTC 时间和带引号的文字，"
        '例如 2026-11-29T08:15:00Z "Thanks"。',
    ),
    "messages_too_many": (
        "A file has at most {most} unread messages of an order.",
        "文件中每个订单最多 {most} 条未读留言。",
    ),
    "country_unknown": ("This country is not known.", "未知的国家。"),
    "order_id_invalid": ("This is no order number.", "不是有效的订单号。"),
    "order_repeated": (
        "The order stands in row {row} already. The rows of one order stand together.",
        "该订单已出现在第 {row} 行，同一订单的行必须相邻。",
    ),
    "other_row": ("Row {row} of the same order failed.", "同一订单的第 {row} 行失败。"),
    "too_many_lines": ("An order has at most 1,000 lines.", "一个订单最多 1,000 个商品行。"),
    "order_too_large": ("The order is too large to be stored.", "订单过大，无法保存。"),
    "line_repeated": ("Two rows have the same line id.", "两行的子订单号相同。"),
    "order_unknown": ("The store has no order of this number.", "店铺没有该订单。"),
    "nothing_left": ("Everything of this order has been shipped already.", "该订单已全部发货。"),
    "more_than_left": ("Only {left} pieces are left to ship.", "仅剩 {left} 件待发货。"),
    "pieces_needed": (
        "The order stands in several rows with different numbers: say how many pieces each parcel holds.",
        "该订单有多个运单号，请填写每个包裹的件数。",
    ),
    "carrier_needed": ("Name the carrier: the number does not tell it.", "无法根据运单号判断物流商，请填写。"),
    "carrier_unknown": (
        "There is no carrier of this name. Is it {nearest}?",
        "没有该物流商。是否应为 {nearest}？",
    ),
    "carrier_ambiguous": (
        "Several carriers have this name: write the code of one of them, {codes}.",
        "有多个物流商使用该名称，请填写其中一个的代码：{codes}。",
    ),
    "carrier_invalid": (
        "This is no name of a carrier: it has letters, and at most 128 characters.",
        "不是有效的物流商名称：须含文字，最多 128 个字符。",
    ),
    "tracking_no_invalid": (
        "This is no tracking number: it has digits, no Chinese and at most 64 characters.",
        "不是有效的运单号：须含数字，不含中文，最多 64 个字符。",
    ),
    "order_no_invalid": (
        "This is no order number: it has letters, digits, - and _ only, at most 64 of them.",
        "不是有效的订单号：只能含字母、数字、- 和 _，最多 64 个字符。",
    ),
    "pieces_invalid": ("A parcel holds from 1 to 100,000 pieces.", "每个包裹的件数为 1 至 100,000。"),
    "tracking_url_invalid": (
        "A link begins with https:// or http:// and has no blanks.",
        "网址须以 https:// 或 http:// 开头，且不含空格。",
    ),
    "row_contradicts": (
        "Row {other} has the same number for this order, with another carrier or other pieces.",
        "第 {other} 行对该订单填写了相同的运单号，但物流商或件数不同。",
    ),
    "transition_not_allowed": (
        "An order with the status “{status}” cannot be shipped, and its parcels cannot be changed.",
        "订单状态为“{status}”，不能发货，也不能修改包裹。",
    ),
    # what a person should know
    "column_ignored": ("This column is not known and was ignored.", "未识别该列，已忽略。"),
    "status_missing": (
        "The file does not say in which status the orders are. They were taken to await shipment.",
        "文件没有订单状态，已按“等待您发货”处理。",
    ),
    "placed_at_missing": (
        "The file does not say when the orders were placed. The time of the import was taken.",
        "文件没有下单时间，已按导入时间处理。",
    ),
    "deadlines_missing": (
        "Of the deadlines, the file has that of shipping at most. The others are computed, and only show: none of them "
        "closes or refunds an order.",
        "文件最多只有发货期限。其他截止时间由系统推算，仅供显示，到期不会关闭订单或退款。",
    ),
    "messages_missing": (
        "The order has more unread messages where the file comes from: {count} of them are not in the file.",
        "该订单在原店铺还有 {count} 条未读留言不在文件中，因此未导入。",
    ),
    "time_ambiguous": (
        "The time lies in the hour that occurs twice when the clock goes back; the earlier one was taken.",
        "该时间处于时钟回拨的重复时段，已按较早的时间处理。",
    ),
    "tracking_checksum": (
        "The check digit of this number is wrong for its carrier. The number is taken as it is.",
        "该运单号的校验位与物流商的规则不符，已按原样采用，请核对。",
    ),
    "tracking_duplicate": (
        "Another open order has this tracking number, in the store or in the sheet.",
        "另一个未结束的订单（店铺中或本表中）也使用此运单号，请核对。",
    ),
    "carrier_not_listed": (
        "The marketplace has no carrier of this name. The name is taken as it is.",
        "平台没有该物流商，已按原样采用，请核对。",
    ),
}


def reason(code: str, facts: Mapping[str, Any], language: str) -> str | None:
    """The sentence of a code; None for a code of another table."""
    texts = REASONS.get(code)
    if texts is None:
        return None
    if "status" in facts:
        facts = {**facts, "status": label("status", facts["status"], language)}
    return texts[language == "zh-CN"].format_map(facts)


def reason_of_row(result: RowResult, language: str) -> str | None:
    """Why the row failed; None for a row that did not."""
    if result.code is None:
        return None
    if result.detail:
        return in_language(say(result.detail, **result.facts), language)
    return reason(result.code, result.facts, language) or result.code


def explained(failed: RowResult, error: DomainError) -> RowResult:
    """The result of a row that the life of its order forbids, with what its sentence is made of."""
    if isinstance(error, TransitionNotAllowed) and error.code == "transition_not_allowed":
        return replace(failed, facts={"status": error.status})
    if isinstance(error.detail, Sentence):
        values = {name: str(value) for name, value in error.detail.values.items()}
        return replace(failed, facts=values, detail=error.detail.template)
    return replace(failed, detail=error.detail)
