"""Text that most stored answers have: two answers about an order, in Chinese and in English.

An answer that is compressed with this dictionary takes less than half of the bytes, and so half of the write units, of
its idempotency key. The text need not follow the API: what differs is stored in full. It must never change, because
answers of the last day can be read only with the dictionary they were written with. A test holds its checksum.
"""

TEXT = r"""
{\"order_id\": \"3111111111111111\", \"store_id\": \"shop\", \"version\": 5, \"status\": \"WAIT_BUYER_ACCEPT_GOODS\"
, \"status_label\": \"等待买家收货\", \"fund_state\": \"none\", \"fund_state_label\": \"未到放款\", \"overlays\": []
, \"overlays_label\": [], \"placed_at\": \"2026-11-29T00:00:00.000000Z\", \"paid_at\": \"2026-11-29T00:00:00.000000Z
\", \"shipped_at\": \"2026-11-29T00:00:00.000000Z\", \"buyer\": {\"id\": \"buyer\", \"name\": \"Buyer\", \"country\"
: \"US\"}, \"buyer_country_label\": \"美国\", \"currency\": \"USD\", \"amounts\": {\"lines\": {\"amount\": \"25.50\"
, \"currency\": \"USD\"}, \"shipping\": {\"amount\": \"3.00\", \"currency\": \"USD\"}, \"discount\": {\"amount\": \"
0.00\", \"currency\": \"USD\"}, \"tax\": {\"amount\": \"0.00\", \"currency\": \"USD\"}, \"adjustment\": {\"amount\":
 \"0.00\", \"currency\": \"USD\"}, \"total\": {\"amount\": \"28.50\", \"currency\": \"USD\"}, \"refunded\": {\"amoun
t\": \"0.00\", \"currency\": \"USD\"}, \"received\": {\"amount\": \"28.50\", \"currency\": \"USD\"}, \"expected_rele
ase\": {\"amount\": \"27.08\", \"currency\": \"USD\"}}, \"deadlines\": [{\"kind\": \"receipt\", \"kind_label\": \"买
家确认收货\", \"due_at\": \"2026-12-06T00:00:00.000000Z\", \"actor\": \"buyer\", \"actor_label\": \"买家\", \"on_lap
se\": \"expire_receipt\", \"on_lapse_label\": \"确认收货超时\"}], \"violations\": [], \"tags\": [], \"unread_message
s\": 0, \"note\": null, \"recipient\": {\"country\": \"US\", \"name\": \"A***\", \"city\": \"Springfield\", \"street
\": \"***\", \"zip\": \"***\", \"phone\": \"***00\"}, \"recipient_country_label\": \"美国\", \"lines\": [{\"line_id
\": \"1\", \"product_id\": \"P1\", \"quantity\": 2, \"unit_price\": {\"amount\": \"10.00\", \"currency\": \"USD\"},
 \"shipped\": 2, \"refunded\": 0, \"returned\": 0}, {\"line_id\": \"2\", \"product_id\": \"P2\", \"quantity\": 1, \"
unit_price\": {\"amount\": \"5.50\", \"currency\": \"USD\"}, \"shipped\": 1, \"refunded\": 0, \"returned\": 0}], \"p
arcels\": [{\"parcel_id\": \"p1\", \"carrier\": \"CAINIAO_STANDARD\", \"carrier_name\": \"AliExpress 无忧物流-标准\"
, \"tracking_no\": \"LX000000001CN\", \"tracking_url\": \"https://t.17track.net/en#nums=LX000000001CN\", \"shipped_a
t\": \"2026-11-29T00:00:00.000000Z\", \"delivered_at\": \"2026-11-29T00:00:00.000000Z\", \"lines\": [{\"line_id\":
 \"1\", \"quantity\": 2}, {\"line_id\": \"2\", \"quantity\": 1}], \"warnings\": [{\"code\": \"tracking_checksum\",
 \"message\": \"该运单号的校验位与物流商不符。\"}]}], \"refunds\": [], \"actions\": [\"extend_receipt\", \"confirm_r
eceipt\", \"expire_receipt\", \"freeze\", \"open_dispute\", \"sync\"], \"actions_label\": [\"延长收货时间\", \"确认
收货\", \"收货超时确认\", \"冻结\", \"提起纠纷\", \"与平台同步\"], \"refused_actions\": [{\"action\": \"start_paymen
t\", \"action_label\": \"报告开始付款\", \"code\": \"transition_not_allowed\", \"reason\": \"只有在以下订单状态才能
执行此操作：等待买家付款。当前状态为“等待买家收货”。\"}, {\"action\": \"fail_payment\", \"action_label\": \"报告付款
失败\", \"code\": \"transition_not_allowed\", \"reason\": \"只有在以下订单状态才能执行此操作：付款处理中。当前状态为
“等待买家收货”。\"}, {\"action\": \"pay\", \"action_label\": \"报告付款\", \"code\": \"transition_not_allowed\", \"r
eason\": \"只有在以下订单状态才能执行此操作：等待买家付款、付款处理中、订单结束。当前状态为“等待买家收货”。\"}, {\"a
ction\": \"adjust_price\", \"action_label\": \"改价\", \"code\": \"transition_not_allowed\", \"reason\": \"只有在以
下订单状态才能执行此操作：等待买家付款。当前状态为“等待买家收货”。\"}, {\"action\": \"remind_payment\", \"action_lab
el\": \"催付款\", \"code\": \"transition_not_allowed\", \"reason\": \"只有在以下订单状态才能执行此操作：等待买家付款
。当前状态为“等待买家收货”。\"}, {\"action\": \"cancel_unpaid\", \"action_label\": \"付款前取消\", \"code\": \"trans
ition_not_allowed\", \"reason\": \"只有在以下订单状态才能执行此操作：等待买家付款、付款处理中。当前状态为“等待买家收
货”。\"}, {\"action\": \"expire_payment\", \"action_label\": \"付款超时关闭\", \"code\": \"transition_not_allowed\",
 \"reason\": \"只有在以下订单状态才能执行此操作：等待买家付款、付款处理中。当前状态为“等待买家收货”。\"}, {\"action
\": \"pass_risk\", \"action_label\": \"风控通过\", \"code\": \"transition_not_allowed\", \"reason\": \"只有在以下订
单状态才能执行此操作：风控24小时、风控挂起。当前状态为“等待买家收货”。\"}, {\"action\": \"hold_risk\", \"action_labe
l\": \"风控挂起\", \"code\": \"transition_not_allowed\", \"reason\": \"只有在以下订单状态才能执行此操作：风控24小时
。当前状态为“等待买家收货”。\"}, {\"action\": \"reject_risk\", \"action_label\": \"风控不通过\", \"code\": \"transit
ion_not_allowed\", \"reason\": \"只有在以下订单状态才能执行此操作：风控24小时、风控挂起。当前状态为“等待买家收货”。
\"}, {\"action\": \"cancel_in_risk\", \"action_label\": \"风控期间取消\", \"code\": \"transition_not_allowed\", \"re
ason\": \"只有在以下订单状态才能执行此操作：风控24小时、风控挂起。当前状态为“等待买家收货”。\"}, {\"action\": \"repo
rt_short_payment\", \"action_label\": \"报告付款金额不足\", \"code\": \"transition_not_allowed\", \"reason\": \"只有
在以下订单状态才能执行此操作：风控24小时、风控挂起。当前状态为“等待买家收货”。\"}, {\"action\": \"accept_payment\",
 \"action_label\": \"同意金额\", \"code\": \"transition_not_allowed\", \"reason\": \"只有在以下订单状态才能执行此操
作：等待您确认金额。当前状态为“等待买家收货”。\"}, {\"action\": \"refuse_payment\", \"action_label\": \"拒绝金额\",
 \"code\": \"transition_not_allowed\", \"reason\": \"只有在以下订单状态才能执行此操作：等待您确认金额。当前状态为“等
待买家收货”。\"}, {\"action\": \"expire_examination\", \"action_label\": \"确认金额超时关闭\", \"code\": \"transitio
n_not_allowed\", \"reason\": \"只有在以下订单状态才能执行此操作：等待您确认金额。当前状态为“等待买家收货”。\"}, {\"a
ction\": \"ship\", \"action_label\": \"发货\", \"code\": \"transition_not_allowed\", \"reason\": \"只有在以下订单状
态才能执行此操作：等待您发货、部分发货。当前状态为“等待买家收货”。\"}, {\"action\": \"edit_shipment\", \"action_labe
l\": \"修改发货信息\", \"code\": \"already_delivered\", \"reason\": \"所有包裹均已报告妥投。\"}, {\"action\": \"expi
re_shipment\", \"action_label\": \"发货超时关闭\", \"code\": \"transition_not_allowed\", \"reason\": \"只有在以下订
单状态才能执行此操作：等待您发货、部分发货。当前状态为“等待买家收货”。\"}, {\"action\": \"request_cancellation\", \"
action_label\": \"申请取消\", \"code\": \"transition_not_allowed\", \"reason\": \"只有在以下订单状态才能执行此操作：
等待您发货。当前状态为“等待买家收货”。\"}, {\"action\": \"accept_cancellation\", \"action_label\": \"同意取消\", \"c
ode\": \"transition_not_allowed\", \"reason\": \"只有在以下订单状态才能执行此操作：买家申请取消。当前状态为“等待买家
收货”。\"}, {\"action\": \"reject_cancellation\", \"action_label\": \"拒绝取消\", \"code\": \"transition_not_allowed
\", \"reason\": \"只有在以下订单状态才能执行此操作：买家申请取消。当前状态为“等待买家收货”。\"}, {\"action\": \"with
draw_cancellation\", \"action_label\": \"撤销取消申请\", \"code\": \"transition_not_allowed\", \"reason\": \"只有在
以下订单状态才能执行此操作：买家申请取消。当前状态为“等待买家收货”。\"}, {\"action\": \"report_delivery\", \"action_
label\": \"报告妥投\", \"code\": \"already_delivered\", \"reason\": \"所有包裹均已报告妥投。\"}, {\"action\": \"rele
ase_funds\", \"action_label\": \"放款\", \"code\": \"transition_not_allowed\", \"reason\": \"只有在以下订单状态才能
执行此操作：资金处理中。当前状态为“等待买家收货”。\"}, {\"action\": \"complete_refund\", \"action_label\": \"完成退
款\", \"code\": \"transition_not_allowed\", \"reason\": \"订单没有待支付的已同意退款。\"}, {\"action\": \"unfreeze\"
, \"action_label\": \"解冻\", \"code\": \"transition_not_allowed\", \"reason\": \"订单未被冻结。\"}]}{\"order_id\":
 \"3000000000000000\", \"store_id\": \"shop\", \"version\": 5, \"status\": \"WAIT_BUYER_ACCEPT_GOODS\", \"status_lab
el\": \"Awaiting delivery\", \"fund_state\": \"none\", \"fund_state_label\": \"Not due yet\", \"overlays\": [], \"ov
erlays_label\": [], \"placed_at\": \"2026-11-29T00:00:00.000000Z\", \"paid_at\": \"2026-11-29T00:00:00.000000Z\", \"
shipped_at\": \"2026-11-29T00:00:00.000000Z\", \"buyer\": {\"id\": \"buyer\", \"name\": \"Buyer\", \"country\": \"US
\"}, \"buyer_country_label\": \"United States\", \"currency\": \"USD\", \"amounts\": {\"lines\": {\"amount\": \"25.5
0\", \"currency\": \"USD\"}, \"shipping\": {\"amount\": \"3.00\", \"currency\": \"USD\"}, \"discount\": {\"amount\":
 \"0.00\", \"currency\": \"USD\"}, \"tax\": {\"amount\": \"0.00\", \"currency\": \"USD\"}, \"adjustment\": {\"amount
\": \"0.00\", \"currency\": \"USD\"}, \"total\": {\"amount\": \"28.50\", \"currency\": \"USD\"}, \"refunded\": {\"am
ount\": \"0.00\", \"currency\": \"USD\"}, \"received\": {\"amount\": \"28.50\", \"currency\": \"USD\"}, \"expected_r
elease\": {\"amount\": \"27.08\", \"currency\": \"USD\"}}, \"deadlines\": [{\"kind\": \"receipt\", \"kind_label\":
 \"the buyer's receipt\", \"due_at\": \"2026-12-06T00:00:00.000000Z\", \"actor\": \"buyer\", \"actor_label\": \"The
 buyer\", \"on_lapse\": \"expire_receipt\", \"on_lapse_label\": \"Receipt counted as confirmed after its time\"}],
 \"violations\": [], \"tags\": [], \"unread_messages\": 0, \"note\": null, \"recipient\": {\"country\": \"US\", \"na
me\": \"A***\", \"city\": \"Springfield\", \"street\": \"***\", \"zip\": \"***\", \"phone\": \"***00\"}, \"recipient
_country_label\": \"United States\", \"lines\": [{\"line_id\": \"1\", \"product_id\": \"P1\", \"quantity\": 2, \"uni
t_price\": {\"amount\": \"10.00\", \"currency\": \"USD\"}, \"shipped\": 2, \"refunded\": 0, \"returned\": 0}, {\"lin
e_id\": \"2\", \"product_id\": \"P2\", \"quantity\": 1, \"unit_price\": {\"amount\": \"5.50\", \"currency\": \"USD\"
}, \"shipped\": 1, \"refunded\": 0, \"returned\": 0}], \"parcels\": [{\"parcel_id\": \"p1\", \"carrier\": \"CAINIAO_
STANDARD\", \"carrier_name\": \"AliExpress Standard Shipping\", \"tracking_no\": \"LX000000001CN\", \"tracking_url\"
: \"https://t.17track.net/en#nums=LX000000001CN\", \"shipped_at\": \"2026-11-29T00:00:00.000000Z\", \"delivered_at\"
: \"2026-11-29T00:00:00.000000Z\", \"lines\": [{\"line_id\": \"1\", \"quantity\": 2}, {\"line_id\": \"2\", \"quantit
y\": 1}], \"warnings\": [{\"code\": \"tracking_checksum\", \"message\": \"The check digit of this number is wrong fo
r its carrier.\"}]}], \"refunds\": [], \"actions\": [\"extend_receipt\", \"confirm_receipt\", \"expire_receipt\", \"
freeze\", \"open_dispute\", \"sync\"], \"actions_label\": [\"Extend the time for receipt\", \"Confirm receipt\", \"C
ount receipt as confirmed\", \"Freeze\", \"Open a dispute\", \"Take over from the platform\"], \"refused_actions\":
 [{\"action\": \"start_payment\", \"action_label\": \"Report that payment has started\", \"code\": \"transition_not_
allowed\", \"reason\": \"This is possible only in these statuses: Awaiting payment. The order's status is Awaiting d
elivery.\"}, {\"action\": \"fail_payment\", \"action_label\": \"Report that payment failed\", \"code\": \"transition
_not_allowed\", \"reason\": \"This is possible only in these statuses: Payment processing. The order's status is Awa
iting delivery.\"}, {\"action\": \"pay\", \"action_label\": \"Report the payment\", \"code\": \"transition_not_allow
ed\", \"reason\": \"This is possible only in these statuses: Awaiting payment, Payment processing, Finished. The ord
er's status is Awaiting delivery.\"}, {\"action\": \"adjust_price\", \"action_label\": \"Change the price\", \"code
\": \"transition_not_allowed\", \"reason\": \"This is possible only in these statuses: Awaiting payment. The order's
 status is Awaiting delivery.\"}, {\"action\": \"remind_payment\", \"action_label\": \"Remind to pay\", \"code\": \"
transition_not_allowed\", \"reason\": \"This is possible only in these statuses: Awaiting payment. The order's statu
s is Awaiting delivery.\"}, {\"action\": \"cancel_unpaid\", \"action_label\": \"Cancel before payment\", \"code\":
 \"transition_not_allowed\", \"reason\": \"This is possible only in these statuses: Awaiting payment, Payment proces
sing. The order's status is Awaiting delivery.\"}, {\"action\": \"expire_payment\", \"action_label\": \"Close unpaid
\", \"code\": \"transition_not_allowed\", \"reason\": \"This is possible only in these statuses: Awaiting payment, P
ayment processing. The order's status is Awaiting delivery.\"}, {\"action\": \"pass_risk\", \"action_label\": \"Pass
 the risk check\", \"code\": \"transition_not_allowed\", \"reason\": \"This is possible only in these statuses: Paym
ent being verified, Verification on hold. The order's status is Awaiting delivery.\"}, {\"action\": \"hold_risk\",
 \"action_label\": \"Put the risk check on hold\", \"code\": \"transition_not_allowed\", \"reason\": \"This is possi
ble only in these statuses: Payment being verified. The order's status is Awaiting delivery.\"}, {\"action\": \"reje
ct_risk\", \"action_label\": \"Refuse in the risk check\", \"code\": \"transition_not_allowed\", \"reason\": \"This
 is possible only in these statuses: Payment being verified, Verification on hold. The order's status is Awaiting de
livery.\"}, {\"action\": \"cancel_in_risk\", \"action_label\": \"Cancel during the risk check\", \"code\": \"transit
ion_not_allowed\", \"reason\": \"This is possible only in these statuses: Payment being verified, Verification on ho
ld. The order's status is Awaiting delivery.\"}, {\"action\": \"report_short_payment\", \"action_label\": \"Report a
 short payment\", \"code\": \"transition_not_allowed\", \"reason\": \"This is possible only in these statuses: Payme
nt being verified, Verification on hold. The order's status is Awaiting delivery.\"}, {\"action\": \"accept_payment
\", \"action_label\": \"Accept the short payment\", \"code\": \"transition_not_allowed\", \"reason\": \"This is poss
ible only in these statuses: Payment not yet confirmed. The order's status is Awaiting delivery.\"}, {\"action\": \"
refuse_payment\", \"action_label\": \"Refuse the short payment\", \"code\": \"transition_not_allowed\", \"reason\":
 \"This is possible only in these statuses: Payment not yet confirmed. The order's status is Awaiting delivery.\"},
 {\"action\": \"expire_examination\", \"action_label\": \"Close without an examination\", \"code\": \"transition_not
_allowed\", \"reason\": \"This is possible only in these statuses: Payment not yet confirmed. The order's status is
 Awaiting delivery.\"}, {\"action\": \"ship\", \"action_label\": \"Ship\", \"code\": \"transition_not_allowed\", \"r
eason\": \"This is possible only in these statuses: Awaiting shipment, Partial shipment. The order's status is Await
ing delivery.\"}, {\"action\": \"edit_shipment\", \"action_label\": \"Correct the shipment\", \"code\": \"already_de
livered\", \"reason\": \"Every parcel has been reported as delivered already.\"}, {\"action\": \"expire_shipment\",
 \"action_label\": \"Close what was not shipped\", \"code\": \"transition_not_allowed\", \"reason\": \"This is possi
ble only in these statuses: Awaiting shipment, Partial shipment. The order's status is Awaiting delivery.\"}, {\"act
ion\": \"request_cancellation\", \"action_label\": \"Request a cancellation\", \"code\": \"transition_not_allowed\",
 \"reason\": \"This is possible only in these statuses: Awaiting shipment. The order's status is Awaiting delivery.
\"}, {\"action\": \"accept_cancellation\", \"action_label\": \"Accept the cancellation\", \"code\": \"transition_not
_allowed\", \"reason\": \"This is possible only in these statuses: Awaiting cancellation. The order's status is Awai
ting delivery.\"}, {\"action\": \"reject_cancellation\", \"action_label\": \"Refuse the cancellation\", \"code\": \"
transition_not_allowed\", \"reason\": \"This is possible only in these statuses: Awaiting cancellation. The order's
 status is Awaiting delivery.\"}, {\"action\": \"withdraw_cancellation\", \"action_label\": \"Withdraw the cancellat
ion\", \"code\": \"transition_not_allowed\", \"reason\": \"This is possible only in these statuses: Awaiting cancell
ation. The order's status is Awaiting delivery.\"}, {\"action\": \"report_delivery\", \"action_label\": \"Report the
 delivery\", \"code\": \"already_delivered\", \"reason\": \"Every parcel has been reported as delivered already.\"},
 {\"action\": \"release_funds\", \"action_label\": \"Release the funds\", \"code\": \"transition_not_allowed\", \"re
ason\": \"This is possible only in these statuses: Funds processing. The order's status is Awaiting delivery.\"}, {
\"action\": \"complete_refund\", \"action_label\": \"Pay the refund\", \"code\": \"transition_not_allowed\", \"reaso
n\": \"The order has no accepted refund to pay.\"}, {\"action\": \"unfreeze\", \"action_label\": \"Unfreeze\", \"cod
e\": \"transition_not_allowed\", \"reason\": \"The order is not frozen.\"}]}
"""
ANSWER = TEXT.replace("\n", "").encode()
