/** What a control holds: a text (also a day, a number, a duration as ISO 8601), a mark, or the chosen ones of several. */
export type FieldValue = string | boolean | string[]
export type Values = Record<string, FieldValue>

export interface Option {
  code: string
  label: string
}

/** A field of a form or of a list's filters. `label` and `hint` are texts in the page's language. */
export interface Field {
  name: string
  label: string
  kind:
    | 'text'
    | 'email'
    | 'url'
    | 'secret'
    | 'long'
    | 'number'
    | 'day'
    | 'time'
    | 'choice'
    | 'mark'
    | 'several'
    | 'duration'
    | 'days'
  options?: Option[]
  /** What the empty choice says; "Any" where it is left out. */
  unchosen?: string
  hint?: string
  required?: boolean
  maxLength?: number
  /** Whether the field concerns what is filled in so far. */
  applies?: (values: Values) => boolean
}
