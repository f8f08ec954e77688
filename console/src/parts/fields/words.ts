import type { Words } from '../../words/language'

export const WORDS = {
  days: ['days', '天'],
  hours: ['hours', '小时'],
  minutes: ['minutes', '分钟'],
  businessDays: ['business days', '个工作日'],
  unit: ['Unit of: {name}', '单位：{name}'],
  any: ['Any', '不限'],
  required: ['required', '必填'],
  filters: ['Filters', '筛选'],
  clear: ['Clear filters', '清除筛选'],
  apply: ['Apply', '应用'],
  mine: ['What you typed', '您填写的内容'],
  theirs: ['What is stored now', '当前已保存的内容'],
  bothVersions: ['Both versions', '两个版本'],
  field: ['Field', '项目'],
  changedMeanwhile: [
    'Somebody changed this while you were typing. Nothing of yours was saved yet.',
    '您填写时，别人已修改此内容。您的修改尚未保存。',
  ],
  saveMine: ['Save mine over it', '用我的内容覆盖'],
  takeTheirs: ['Take what is stored', '采用已保存的内容'],
  none: ['(empty)', '（空）'],
} satisfies Words
