import type { ActionRow, Field, FieldError, FieldKind, FormContext, ParcelDraft, Value, Values } from './fields'
import type { WORDS } from './words'

type Say = (name: keyof typeof WORDS) => string

export const NEW_PARCEL: ParcelDraft = { carrier: '', tracking_no: '', tracking_url: '', pieces: null }

/** Digits of an input method for Chinese are full-width. */
function plain(text: string): string {
  return text.normalize('NFKC').trim()
}

/** What the API takes as an amount: `12,5` and `12` of USD become `12.50` and `12.00`. More decimals stay: the API says so. */
export function canonicalAmount(text: string, sample: string | undefined): string {
  const amount = plain(text).replace(/^(\d+),(\d{1,2})$/, '$1.$2')
  const [whole = '', decimals = ''] = amount.split('.')
  const digits = sample?.split('.')[1]?.length ?? 0
  if (!/^\d+$/.test(whole) || !/^\d*$/.test(decimals)) return amount
  const padded = decimals.padEnd(digits, '0')
  return whole.replace(/^0+(?=\d)/, '') + (padded ? `.${padded}` : '')
}

export function initialValues(row: ActionRow, context: FormContext): Values {
  const values: Values = {}
  for (const { name, kind, required } of row.fields) {
    if (kind === 'parcels') values[name] = [NEW_PARCEL]
    else if (kind === 'address') values[name] = {}
    else if (kind === 'parcel' && context.parcels?.length === 1) Object.assign(values, parcelValues(context.parcels[0]))
    else if (kind === 'choice' && required) values[name] = context.choices?.[name]?.[0]?.value ?? ''
    else values[name] ??= ''
  }
  return values
}

/** An edit of a parcel begins with what the parcel has. */
export function parcelValues(parcel: NonNullable<FormContext['parcels']>[number] | undefined): Values {
  if (!parcel) return { parcel_id: '' }
  return { parcel_id: parcel.parcel_id, carrier: parcel.carrier, tracking_no: parcel.tracking_no }
}

type ToBody = (value: never, context: FormContext) => unknown
const text = (value: string) => value.trim() || undefined
const filled = (values: Record<string, string>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim()))

const BODY: Record<FieldKind, ToBody> = {
  line: text,
  text,
  choice: text,
  parcel: text,
  integer: (value: string) => (value.trim() ? Number(plain(value)) : undefined),
  money: (value: string, { currency, sample }) =>
    value.trim() ? { amount: canonicalAmount(value, sample?.amount), currency } : undefined,
  address: (value: Record<string, string>) => (Object.keys(filled(value)).length ? filled(value) : undefined),
  parcels: (value: ParcelDraft[]) =>
    value.map(({ carrier, tracking_no, tracking_url, pieces }) => ({
      carrier: carrier.trim(),
      tracking_no: plain(tracking_no),
      ...(tracking_url.trim() ? { tracking_url: tracking_url.trim() } : {}),
      ...(pieces ? { lines: linesOf(pieces) } : {}),
    })),
}

function linesOf(pieces: Record<string, string>) {
  return Object.entries(pieces)
    .map(([line_id, quantity]) => ({ line_id, quantity: Number(plain(quantity)) }))
    .filter(({ quantity }) => quantity !== 0)
}

/** The request's body: what is left empty is left out. */
export function bodyOf(row: ActionRow, values: Values, context: FormContext): Record<string, unknown> {
  const entries = row.fields.map(({ name, kind }) => [name, values[name] && BODY[kind](values[name] as never, context)])
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined && value !== ''))
}

type Check = (value: never, pointer: string) => [pointer: string, message: keyof typeof WORDS][]
const CHECKS: Partial<Record<FieldKind, Check>> = {
  integer: (value: string, pointer) => (/^-?\d+$/.test(plain(value)) ? [] : [[pointer, 'wholeNumber']]),
  money: (value: string, pointer) =>
    /^\d+(\.\d+)?$/.test(canonicalAmount(value, undefined)) ? [] : [[`${pointer}/amount`, 'money']],
  parcels: (value: ParcelDraft[], pointer) =>
    value.flatMap(({ carrier, tracking_no, pieces }, index) => {
      const found: [string, keyof typeof WORDS][] = []
      if (!carrier.trim()) found.push([`${pointer}/${index}/carrier`, 'required'])
      if (!tracking_no.trim()) found.push([`${pointer}/${index}/tracking_no`, 'required'])
      if (pieces && !linesOf(pieces).length) found.push([`${pointer}/${index}/lines`, 'nothingChosen'])
      return found
    }),
}

function isBlank(value: Value | undefined): boolean {
  if (typeof value === 'string') return !value.trim()
  return !value || (!Array.isArray(value) && !Object.keys(filled(value)).length)
}

/** What can be said without a rule of the API: a field that is needed, a number that is none. */
export function checked(row: ActionRow, values: Values, say: Say): FieldError[] {
  return row.fields.flatMap(({ name, kind, required }: Field) => {
    const value = values[name]
    const pointer = `/${name}`
    if (isBlank(value)) return required ? [{ pointer, code: 'required', message: say('required') }] : []
    const found = CHECKS[kind]?.(value as never, pointer) ?? []
    return found.map(([at, word]) => ({ pointer: at, code: word, message: say(word) }))
  })
}
