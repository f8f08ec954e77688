import type { Words } from '../../words/language'

export const WORDS = {
  title: ['Cancellations and refunds', '取消申请与退款'],
  all: ['All', '全部'],
  order: ['Order', '订单号'],
  source: ['From', '来源'],
  amount: ['Amount', '金额'],
  reason: ['Reason', '原因'],
  requested: ['Requested', '申请时间'],
  state: ['State', '状态'],
  answerBy: ['Answer by', '剩余时间'],
  answer: ['Answer', '答复'],
  answerTo: ['Answer to order', '答复订单'],
  answerOf: ['Answer the request of order {order}', '答复订单 {order} 的申请'],
  none: ['No refund is in this list.', '此列表没有退款。'],
  bulk: ['Answer several at once in the list of orders', '到订单列表批量答复'],
  close: ['Close', '关闭'],
} satisfies Words
