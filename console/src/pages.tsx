import { type ComponentType, type LazyExoticComponent, lazy } from 'react'
import type { Words } from './words/language'

/** A page of the menu. `counter` names the counter of `GET /v1/orders/counters` that its entry shows. */
export interface Page {
  path: string
  name: keyof typeof PAGE_NAMES
  counter?: string
  Component: LazyExoticComponent<ComponentType>
}

export const PAGE_NAMES = {
  todo: ['To do', '待办'],
  orders: ['Orders', '所有订单'],
  ship: ['Ship', '发货'],
  refunds: ['Cancellations and refunds', '取消申请与退款'],
  disputes: ['Disputes', '纠纷'],
  funds: ['Funds', '放款与资金'],
  messages: ['Messages', '订单留言'],
  customers: ['Customers', '历史客户'],
  exports: ['Exports', '订单批量导出'],
  imports: ['Imports', '导入'],
  alerts: ['Alerts and channels', '提醒与渠道'],
  reports: ['Reports', '数据'],
  settings: ['Settings', '设置'],
} satisfies Words

export const PAGES: Page[] = [
  { path: 'todo', name: 'todo', counter: 'seller_due_24h', Component: lazy(() => import('./pages/todo/TodoPage')) },
  { path: 'orders', name: 'orders', Component: lazy(() => import('./pages/orders/OrdersPage')) },
  {
    path: 'ship',
    name: 'ship',
    counter: 'WAIT_SELLER_SEND_GOODS',
    Component: lazy(() => import('./pages/ship/ShipPage')),
  },
  {
    path: 'refunds',
    name: 'refunds',
    counter: 'IN_CANCEL',
    Component: lazy(() => import('./pages/refunds/RefundsPage')),
  },
  {
    path: 'disputes',
    name: 'disputes',
    counter: 'dispute',
    Component: lazy(() => import('./pages/disputes/DisputesPage')),
  },
  { path: 'funds', name: 'funds', Component: lazy(() => import('./pages/funds/FundsPage')) },
  {
    path: 'messages',
    name: 'messages',
    counter: 'unread',
    Component: lazy(() => import('./pages/messages/MessagesPage')),
  },
  { path: 'customers', name: 'customers', Component: lazy(() => import('./pages/customers/CustomersPage')) },
  { path: 'exports', name: 'exports', Component: lazy(() => import('./pages/exports/ExportsPage')) },
  { path: 'imports', name: 'imports', Component: lazy(() => import('./pages/imports/ImportsPage')) },
  { path: 'alerts', name: 'alerts', Component: lazy(() => import('./pages/alerts/AlertsPage')) },
  { path: 'reports', name: 'reports', Component: lazy(() => import('./pages/reports/ReportsPage')) },
  { path: 'settings', name: 'settings', Component: lazy(() => import('./pages/settings/SettingsPage')) },
]
