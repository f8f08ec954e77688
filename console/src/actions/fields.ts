import type { Line, Money, paths } from '../api/types'
import type { WORDS } from './words'

/** The steps of the API, read off its own document: a row for a step that it does not have fails the build. */
type StepOf<Path, Prefix extends string> = Path extends `${Prefix}/actions/${infer Step}` ? Step : never
export type OrderAction = StepOf<keyof paths, '/v1/orders/{order_id}'>
export type DisputeAction = StepOf<keyof paths, '/v1/disputes/{dispute_id}'>
type JsonOf<Path extends keyof paths> = paths[Path] extends {
  post: { requestBody?: { content: { 'application/json': infer Body } } }
}
  ? Body
  : never
export type OrderBody<A extends OrderAction> = JsonOf<`/v1/orders/{order_id}/actions/${A}`>
export type DisputeBody<A extends DisputeAction> = JsonOf<`/v1/disputes/{dispute_id}/actions/${A}`>

export type FieldKind = 'line' | 'text' | 'integer' | 'money' | 'choice' | 'parcels' | 'parcel' | 'address'

/** One field of a form. `name` is its name in the request's body. */
export interface Field<Name = string> {
  name: Name
  kind: FieldKind
  label: keyof typeof WORDS
  required?: boolean
  hint?: keyof typeof WORDS
}

export interface ActionRow<Name = string> {
  fields: Field<Name>[]
  tone?: 'primary' | 'danger'
  /** What a person reads before an action that cannot be undone. */
  warning?: keyof typeof WORDS
}

export interface ParcelDraft {
  carrier: string
  tracking_no: string
  tracking_url: string
  /** Pieces by line; null is everything that is left. */
  pieces: Record<string, string> | null
}

export type Value = string | ParcelDraft[] | Record<string, string>
/** What is typed, by the field's name. */
export type Values = Record<string, Value>

/** What a form may know of the order. In a bulk form there are no lines and no parcels. */
export interface FormContext {
  currency?: string
  /** Any amount of the order: it shows how many decimals its currency has. */
  sample?: Money
  lines?: readonly Line[]
  parcels?: readonly { parcel_id: string; carrier: string; carrier_name: string; tracking_no: string }[]
  /** The values of a choice with their labels, by the field's name. */
  choices?: Record<string, readonly { value: string; label: string }[]>
}

export interface FieldError {
  pointer: string
  code: string
  message: string
}

/** The errors of one field and of what lies in it. */
export function errorsOf(errors: readonly FieldError[], pointer: string): FieldError[] {
  return errors.filter((each) => each.pointer === pointer || each.pointer.startsWith(`${pointer}/`))
}
