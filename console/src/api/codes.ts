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
} satisfies Record<string, Record<string, [string, string]>>

export function useCodes(kind: keyof typeof CODES): Option[] {
  const { language } = usePreferences()
  return Object.entries<[string, string]>(CODES[kind]).map(([code, [en, zh]]) => ({
    code,
    label: language === 'en' ? en : zh,
  }))
}
