import type { Words } from '../words/language'

export const WORDS = {
  thread: ['Messages with the buyer', '与买家的留言'],
  none: ['Nobody has written yet.', '暂无留言。'],
  earlier: ['Earlier messages', '更早的留言'],
  buyer: ['Buyer', '买家'],
  seller: ['You', '卖家'],
  platform: ['Platform', '平台'],
  unread: ['new', '未读'],
  markRead: ['Mark as read ({n})', '标为已读（{n}）'],
  reply: ['Your message', '留言内容'],
  rule: ['In English.', '请使用英文。'],
  ofMost: ['{n} of {most} characters', '{n} / {most} 个字符'],
  send: ['Send', '发送'],
  sent: ['The message was sent.', '留言已发送。'],
  template: ['Template', '模板'],
  chooseTemplate: ['Choose a template…', '选择模板…'],
  preview: ['This is what the buyer reads:', '买家将看到：'],
  use: ['Use this text', '使用此内容'],
  empty: ['A message says something.', '请填写留言内容。'],
} satisfies Words
