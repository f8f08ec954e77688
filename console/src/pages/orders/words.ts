import type { Words } from '../../words/language'

export const WORDS = {
  title: ['Orders', '所有订单'],
  order: ['Order', '订单号'],
  placed: ['Placed', '下单时间'],
  buyer: ['Buyer', '买家'],
  amount: ['Amount', '金额'],
  status: ['Status', '状态'],
  timeLeft: ['Time left', '剩余时间'],
  noteAndTags: ['Note and tags', '备注与标签'],
  all: ['All', '全部'],
  none: ['No order is in this list.', '此列表没有订单。'],
} satisfies Words
