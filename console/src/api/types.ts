import type { components } from './schema'

type Schemas = components['schemas']

export type Money = Schemas['MoneyView']
export type Order = Schemas['OrderView']
export type ListedOrder = Schemas['ListedOrderView']
export type Line = Schemas['LineView']
export type Parcel = Schemas['ParcelView']
export type Timer = Schemas['DeadlineView']
export type Refund = Schemas['RefundView']
export type Dispute = Schemas['OpenDisputeView']
export type ListedDispute = Schemas['DisputeView']
export type HistoryEntry = Schemas['EntryView']
export type Message = Schemas['MessageView']
export type Customer = Schemas['CustomerView']
export type Alert = Schemas['AlertView']
export type Export = Schemas['ExportView']
export type Import = Schemas['ImportView']
export type Store = Schemas['StoreView']
export type Page = Schemas['PageInfo']
export type { components, paths } from './schema'
