import type { Words } from '../../words/language'

export const WORDS = {
  title: ['Message to customers', '给客户留言'],
  how: [
    'Each customer gets one order message, at their latest order. First it is checked for everybody; nothing is sent before you have seen the result.',
    '每位客户在其最近的订单下收到一条留言。系统会先逐一检查；您确认结果之前不会发送。',
  ],
  gathering: ['Looking up the latest orders: {n} of {all}', '正在查找最近的订单：{n} / {all}'],
  reading: ['Reading the list: {n} customers', '正在读取列表：{n} 位客户'],
  ready: ['{n} customers have an order to write at.', '{n} 位客户有可留言的订单。'],
  template: ['Template', '留言模板'],
  ownText: ['Write a text', '自己填写'],
  text: ['Message, in English', '留言内容（英文）'],
  check: ['Check', '检查'],
  checking: ['Checking: {n} of {all}', '正在检查：{n} / {all}'],
  sending: ['Sending: {n} of {all}', '正在发送：{n} / {all}'],
  wouldSend: ['{n} can be sent.', '可发送 {n} 条。'],
  wouldFail: ['{n} cannot be sent:', '无法发送 {n} 条：'],
  send: ['Send {n} messages', '发送 {n} 条留言'],
  sent: ['{n} messages were sent.', '已发送 {n} 条留言。'],
  failed: ['{n} were not sent:', '未发送 {n} 条：'],
  rest: ['Send the {n} that were not attempted', '继续发送剩余 {n} 条'],
  change: ['Change the text', '修改内容'],
  close: ['Close', '关闭'],
} satisfies Words
