"""The layouts of a file: its columns and their headings, one table for each layout.

The layouts of the marketplace's own seller centre are copied exactly, because the tools of sellers look for these
headings. A column of such a layout for which Orderkeep has no data has no code and stays empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared.domain.exports import customer_columns, pick_columns
from shared.domain.exports.cells import Column
from shared.domain.exports.columns import COLUMNS

LANGUAGES = ("zh-CN", "en")


@dataclass(frozen=True, slots=True)
class Layout:
    """`columns` are (heading, code); a column with an empty code stays empty. With `names_zone`, the headings of times
    name the time zone; the copied headings of the seller centre must not."""

    language: str
    columns: tuple[tuple[str, str], ...]
    names_zone: bool = False

    @property
    def unknown(self) -> tuple[str, ...]:
        """The headings of the columns that stay empty."""
        return tuple(heading for heading, code in self.columns if not code)


def named(codes: Iterable[str], language: str, among: Mapping[str, Column] = COLUMNS) -> Layout:
    """A layout of chosen columns with our own headings, in one language."""
    chosen = {code: among[code] for code in codes}
    columns = tuple((each.chinese if language == "zh-CN" else each.english, code) for code, each in chosen.items())
    return Layout(language, columns, names_zone=True)


SELLER_CENTRE_2016 = Layout(
    "zh-CN",
    (
        ("订单号", "order_id"),
        ("订单状态", "status"),
        ("负责人(业务员)", "assignee"),
        ("买家名称", "buyer"),
        ("下单时间", "placed_at"),
        ("付款时间", "paid_at"),
        ("产品总金额", "lines_amount"),
        ("物流费用", "shipping"),
        ("订单金额", "total"),
        ("满立减", "discount"),
        ("产品信息\n（双击单元格展开所有产品信息！）", "products"),
        ("订单备注", "memo"),
        ("收货地址", "address"),
        ("收货人名称", "recipient_name"),
        ("收货国家", "country"),
        ("州/省", "state"),
        ("城市", "city"),
        ("地址", "street"),
        ("邮编", "zip"),
        ("联系电话", "phone"),
        ("手机", "mobile"),
        ("买家选择物流", "chosen_service"),
        ("发货期限", "ship_by"),
        ("实际发货物流:运单号", "shipments"),
        ("发货时间", "shipped_at"),
        ("确认收货时间", "received_at"),
    ),
)
"""The 26 columns of the seller centre from 2016 to 2019. The default, because importers read these."""

SELLER_CENTRE_2026 = Layout(
    "zh-CN",
    (
        ("订单号", "order_id"),
        ("订单状态", "status"),
        ("负责人（业务员）", "assignee"),
        ("买家名称", "buyer"),
        ("下单时间", "placed_at"),
        ("付款时间", "paid_at"),
        ("支付方式", ""),
        ("供货价", ""),
        ("产品总金额", "lines_amount"),
        ("物流费用", "shipping"),
        ("预计增值税", "tax"),
        ("平台是否代征代缴", ""),
        ("订单金额", "total"),
        ("买家实付金额", "received"),
        ("DDP关税", ""),
        ("店铺优惠", "discount"),
        ("托管商家折扣", ""),
        ("平台补贴", ""),
        ("商品ID", "product_ids"),
        ("商品信息", "products"),
        ("EANcode", ""),
        ("商品编码", "skus"),
        ("订单备注", "memo"),
        ("完整收货地址", "address"),
        ("完整收货地址（常用语言）", ""),
        ("收件人名称", "recipient_name"),
        ("联系电话", "phone"),
        ("手机", "mobile"),
        ("联系邮件", "buyer_email"),
        ("详细地址", "street"),
        ("邮编", "zip"),
        ("扩展城市（德/意/波/墨为真实的城市）", ""),
        ("城市", "city"),
        ("州/省", "state"),
        ("收货国家", "country"),
        ("National address（仅沙特使用）", ""),
        ("税号", "tax_id"),
        ("买家选择物流", "chosen_service"),
        ("发货期限", "ship_by"),
        ("实际发货单号", "shipments"),
        ("发货时间", "shipped_at"),
        ("确认收货时间", "received_at"),
        ("订单业务模式", ""),
        ("定制信息", ""),
    ),
)
"""The 44 columns of the seller centre in 2025 and 2026."""

_ORDER = (
    "order_id status status_code fund_state_label fund_state outcome_label outcome end_reason_label end_reason "
    "overlays_label overlays assignee buyer buyer_id buyer_email "
    "placed_at paid_at ship_by deadlines shipped_at delivered_at received_at finished_at "
    "currency lines_amount shipping discount tax adjustment total received refunded commission affiliate_fee released "
    "refunds promised disputes dispute_stage_label dispute_stage dispute_claim dispute_result_label dispute_result "
    "pieces products skus memo unread_messages note tags "
    "recipient_name country country_code state city street zip phone mobile tax_id "
    "chosen_service shipped_with violations_label violations"
).split()
_LINE = (
    "order_id line_id product_id sku title attributes quantity unit_price line_amount shipped line_refunded returned "
    "left "
    "status status_code fund_state_label fund_state overlays_label overlays "
    "placed_at paid_at ship_by deadlines shipped_at received_at "
    "currency lines_amount shipping discount tax total received refunded refunds dispute_stage_label dispute_stage "
    "dispute_result_label dispute_result "
    "buyer buyer_id recipient_name country country_code state city street zip phone mobile chosen_service shipped_with "
    "memo unread_messages note tags assignee"
).split()
_PACKING = ("ship_by order_id hold sku item left ship_to chosen_service remarks").split()

_FUNDS = (
    "order_id status fund_state_label fund_state outcome_label outcome placed_at paid_at received_at finished_at "
    "currency total tax received refunded refunded_cash refunded_coupons promised commission affiliate_fee "
    "tax_withheld released expected_release release_difference release_due held unexplained refunds "
    "dispute_stage_label dispute_stage buyer_id country_code"
).split()

OWN_COLUMNS: Mapping[str, dict[str, Column]] = {
    "customers": customer_columns.COLUMNS,
    "picks": pick_columns.COLUMNS,
}
"""The columns of the kinds whose rows are no orders and no lines."""

LAYOUTS: dict[str, dict[str, Layout]] = {
    "orders": {
        "seller_centre_2016": SELLER_CENTRE_2016,
        "seller_centre_2026": SELLER_CENTRE_2026,
        "english": named(_ORDER, "en"),
        "chinese": named(_ORDER, "zh-CN"),
    },
    "lines": {"chinese": named(_LINE, "zh-CN"), "english": named(_LINE, "en")},
    "funds": {"chinese": named(_FUNDS, "zh-CN"), "english": named(_FUNDS, "en")},
    "shipments": {"chinese": named(_PACKING, "zh-CN"), "english": named(_PACKING, "en")},
    **{
        kind: {"chinese": named(columns, "zh-CN", columns), "english": named(columns, "en", columns)}
        for kind, columns in OWN_COLUMNS.items()
    },
}
"""The layouts of each kind of export by name. The first one of a language is the default for that language."""


def columns_of(kind: str) -> dict[str, Column]:
    """The columns that a file of this kind may have, by code. Only some kinds have one row for each line."""
    if kind in OWN_COLUMNS:
        return OWN_COLUMNS[kind]
    return {code: column for code, column in COLUMNS.items() if kind in ("lines", "shipments") or not column.of_line}
