import type { Words } from '../../words/language'

export const WORDS = {
  title: ['Settings', '设置'],
  store: ['Store', '店铺'],
  deadlines: ['Deadlines', '时限政策'],
  templates: ['Message templates', '留言模板'],
  members: ['Members', '成员与角色'],
  display: ['Language and theme', '语言与主题'],
  save: ['Save', '保存'],
  saved: ['Saved', '已保存'],
  readOnly: ['The owner of the store may change this.', '仅店主可以修改。'],
  id: ['Store id', '店铺编号'],
  name: ['Store name', '店铺名称'],
  zone: ['Time zone', '时区'],
  zoneHint: ['Days, ship-by, quiet hours and reports go by it.', '日期、发货截止、免打扰时段和报表均按此时区计算。'],
  currency: ['Currency', '币种'],
  currencyHint: [
    'What lists and reports begin with. Orders keep their own currency.',
    '列表和报表的默认币种；订单保留各自的币种。',
  ],
  businessDays: ['Business days', '工作日'],
  holidays: ['Holidays', '节假日'],
  holidaysHint: ['No day of these counts for ship-by.', '这些日期不计入发货时限。'],
  noHolidays: ['No holiday is set.', '尚未设置节假日。'],
  from: ['From', '从'],
  to: ['Until', '至'],
  add: ['Add', '添加'],
  removeDay: ['Remove {day}', '移除 {day}'],
  removeYear: ['Remove all of {year}', '移除 {year} 年全部'],
  fees: ['Fee rates', '费率'],
  feesHint: [
    'Per cent of the order amount less tax. What is expected to be released is worked out with them; a rate that the platform sends with an order wins.',
    '按扣除税费后的订单金额计算（%），用于估算应放款金额；平台随订单提供的费率优先。',
  ],
  commission: ['Commission, %', '平台佣金（%）'],
  affiliate: ['Affiliate fee, %', '联盟佣金（%）'],
  mode: ['When a timer lapses', '到期后的处理方式'],
  enforce: ['Enforce: a lapse changes the order at once', '执行：到期后立即变更订单'],
  watch: ['Watch: show and alert only', '观察：仅显示和提醒'],
  enforceHint: [
    'Take this where the orders live here: what silence does happens at the due time.',
    '适用于以本系统为准的店铺：到期时自动执行相应结果。',
  ],
  watchHint: [
    'Take this where the marketplace’s own clock acts: a lapse is shown as overdue and alerted, and nothing changes until the marketplace reports it.',
    '适用于由平台计时的店铺：到期显示为逾期并提醒，订单在平台更新后才变更。',
  ],
  lengths: ['How long each timer runs', '各计时器的时长'],
  lengthsHint: [
    'For timers that start from now on. A date that the platform sends wins; shipping counts business days and gives way to the handling time of a product.',
    '仅对之后开始的计时生效。平台提供的日期优先；发货按工作日计算，商品设有备货期时以备货期为准。',
  ],
} satisfies Words

export const TEMPLATE_WORDS = {
  list: ['Message templates', '留言模板'],
  none: ['There is no template yet. One saves typing in every message.', '还没有模板。使用模板可免去重复输入。'],
  new: ['New template', '新建模板'],
  name: ['Name', '名称'],
  text: ['Text, in English', '内容（英文）'],
  variables: ['Variables', '变量'],
  insert: ['Insert {name}', '插入 {name}'],
  variablesHint: [
    'A variable is filled from the order that the message is written at.',
    '发送时，变量会替换为对应订单的信息。',
  ],
  changed: ['Changed', '修改时间'],
  save: ['Save', '保存'],
  saved: ['Saved', '已保存'],
  edit: ['Edit', '编辑'],
  close: ['Close', '关闭'],
  remove: ['Delete', '删除'],
  removeQuestion: ['Messages written with it stay.', '已用此模板发送的留言不受影响。'],
  preview: ['Preview', '预览'],
  previewHint: ['Save first: what is stored is shown.', '请先保存：预览显示已保存的内容。'],
  previewOrder: ['With the order', '订单号'],
  show: ['Show', '查看'],
} satisfies Words

export const MEMBER_WORDS = {
  you: ['You are {user}.', '您的账号：{user}'],
  store: ['Store', '店铺'],
  role: ['Role', '角色'],
  this: ['this store', '当前店铺'],
  owner: ['Owner: everything', '店主：全部权限'],
  staff: ['Staff: everything but settings, channels and erasure', '员工：除设置、渠道和删除个人信息外的全部权限'],
  viewer: ['Viewer: reads, without recipients and exports', '只读：可查看，不含收件人信息和导出'],
  platform: ['Platform: reports what buyers and the marketplace do', '平台：上报买家和平台的操作'],
  where: [
    'Roles are given in the sign-in service: a group named “store:role”, such as {example}, gives a role in a store. Who else is a member cannot be shown here yet.',
    '角色在登录服务中分配：名为“店铺:角色”的用户组（例如 {example}）即授予相应角色。目前无法在此查看其他成员。',
  ],
} satisfies Words

export const DISPLAY_WORDS = {
  language: ['Language', '语言'],
  theme: ['Theme', '主题'],
  light: ['Light', '浅色'],
  dark: ['Dark', '深色'],
  system: ['As the system', '跟随系统'],
  kept: ['Kept in this browser.', '保存在此浏览器中。'],
} satisfies Words
