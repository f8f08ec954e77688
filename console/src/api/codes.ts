import type { Option } from '../parts/fields/field'
import { usePreferences } from '../shell/preferences'

/** The codes of a kind with their labels, in the API's order. */
const CODES = {
  frequency: {
    never: ['Never paid', '未付款'],
    once: ['Once', '一次'],
    repeat: ['Repeatedly', '多次'],
    frequent: ['Often', '经常'],
  },
  amount: { small: ['Small', '低'], middle: ['Middle', '中'], large: ['Large', '高'] },
  stage: {
    wait_seller: ['The seller’s answer', '等待卖家答复'],
    wait_buyer: ['The buyer’s answer', '等待买家答复'],
    platform: ['The platform’s decision', '平台介入'],
    wait_address: ['The return address', '等待退货地址'],
    wait_return: ['The return', '等待买家退货'],
    wait_confirm_return: ['Confirming the return', '等待确认退货'],
    ended: ['Ended', '已结束'],
  },
  refund_state: {
    requested: ['Requested', '待答复'],
    accepted: ['Accepted, not yet paid', '待退款'],
    rejected: ['Refused', '已拒绝'],
    withdrawn: ['Withdrawn', '已撤销'],
    paid: ['Paid', '已退款'],
  },
  solution: { refund: ['Refund', '退款'], return_and_refund: ['Return and refund', '退货退款'] },
  severity: { info: ['Information', '一般'], warning: ['Warning', '重要'], critical: ['Critical', '紧急'] },
  alert: {
    deadline: ['Deadline', '到期提醒'],
    release_overdue: ['Release overdue', '放款逾期'],
    new_order: ['New order', '新订单'],
    short_payment: ['Short payment', '付款金额不足'],
    cancellation_requested: ['Cancellation request', '取消申请'],
    dispute_opened: ['Dispute opened', '新纠纷'],
    dispute_escalated: ['Dispute with the platform', '升级的纠纷'],
    message_unanswered: ['Unanswered message', '未回复留言'],
    closed_by_clock: ['Order closed by the clock', '超时关闭的订单'],
    closed_unpaid: ['Order closed unpaid', '未付款关闭的订单'],
    export_failed: ['Export failed', '导出失败'],
    import_failed: ['Import failed', '导入失败'],
    import_rows_failed: ['Import with failed rows', '导入有失败的行'],
    orders_leaving_window: ['Orders leaving the export window', '即将超出导出范围'],
    channel_disabled: ['Channel switched off', '停用的渠道'],
    digest: ['Daily digest', '每日汇总'],
  },
  timer: {
    payment: ["the buyer's payment", '买家付款'],
    risk: ['the risk check', '风控审核'],
    examination: ['examining the payment', '确认金额'],
    shipment: ['shipping', '发货'],
    cancellation: ['answering the cancellation', '答复取消申请'],
    receipt: ["the buyer's receipt", '买家确认收货'],
    release: ['the release of funds', '放款'],
    dispute_answer: ['answering the dispute', '答复纠纷'],
    dispute_buyer: ["the buyer's answer in the dispute", '买家答复纠纷'],
    return_address: ['giving a return address', '填写退货地址'],
    return: ["the buyer's return", '买家退货'],
    confirm_return: ['confirming the return', '确认收到退货'],
    decision: ["the platform's decision", '平台裁决'],
    receipt_after_delivery: ['receipt after the last delivery', '妥投后确认收货'],
  },
} satisfies Record<string, Record<string, [string, string]>>

export function useCodes(kind: keyof typeof CODES): Option[] {
  const { language } = usePreferences()
  return Object.entries<[string, string]>(CODES[kind]).map(([code, [en, zh]]) => ({
    code,
    label: language === 'en' ? en : zh,
  }))
}
