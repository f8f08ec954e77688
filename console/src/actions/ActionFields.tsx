import { useWords } from '../words/useWords'
import { CarrierInput } from './CarrierInput'
import { type ControlProps, FieldFrame } from './FieldFrame'
import { type ActionRow, errorsOf, type Field, type FieldError, type FormContext, type Values } from './fields'
import { ParcelsField } from './ParcelsField'
import { parcelValues } from './values'
import { WORDS } from './words'
import './actions.css'

interface Props {
  row: ActionRow
  values: Values
  onChange: (values: Values) => void
  errors?: readonly FieldError[]
  context: FormContext
  /** Where the body lies in the request: `/items/0` in a bulk, else empty. */
  at?: string
}

/** The fields of an action's row, without a form around them. */
export function ActionFields({ row, values, onChange, errors = [], context, at = '' }: Props) {
  return row.fields.map((field) => (
    <OneField
      key={field.name}
      field={field}
      values={values}
      onChange={onChange}
      errors={errorsOf(errors, `${at}/${field.name}`)}
      pointer={`${at}/${field.name}`}
      context={context}
    />
  ))
}

interface OneProps {
  field: Field
  values: Values
  onChange: (values: Values) => void
  errors: readonly FieldError[]
  pointer: string
  context: FormContext
}

const ADDRESS = ['country', 'name', 'state', 'city', 'street', 'zip', 'phone', 'mobile'] as const

function OneField({ field, values, onChange, errors, pointer, context }: OneProps) {
  const t = useWords(WORDS)
  const { name, kind, required } = field
  const set = (value: Values[string]) => onChange({ ...values, [name]: value })
  if (kind === 'parcels')
    return (
      <ParcelsField value={values[name] as never} onChange={set} errors={errors} pointer={pointer} context={context} />
    )
  if (kind === 'address') {
    const address = values[name] as Record<string, string>
    return (
      <fieldset className="parcel-draft">
        <legend>{t(field.label)}</legend>
        {ADDRESS.map((part) => (
          <FieldFrame
            key={part}
            label={t(part)}
            required={part === 'country'}
            errors={[
              ...errorsOf(errors, `${pointer}/${part}`),
              ...(part === 'country' ? errors.filter((each) => each.pointer === pointer) : []),
            ]}
          >
            {(control) => (
              <input
                {...control}
                value={address[part] ?? ''}
                onChange={(event) => set({ ...address, [part]: event.target.value })}
              />
            )}
          </FieldFrame>
        ))}
      </fieldset>
    )
  }
  const label = kind === 'money' && context.currency ? `${t(field.label)} (${context.currency})` : t(field.label)
  return (
    <FieldFrame label={label} required={required} errors={errors} hint={field.hint && t(field.hint)}>
      {(control) => (
        <Control
          control={control}
          field={field}
          value={(values[name] as string | undefined) ?? ''}
          context={context}
          onChange={(value) =>
            kind === 'parcel'
              ? onChange({ ...values, ...parcelValues(context.parcels?.find((each) => each.parcel_id === value)) })
              : set(value)
          }
        />
      )}
    </FieldFrame>
  )
}

interface ControlOptions {
  control: ControlProps
  field: Field
  value: string
  context: FormContext
  onChange: (value: string) => void
}

function Control({ control, field, value, context, onChange }: ControlOptions) {
  const t = useWords(WORDS)
  const { kind, name } = field
  if (name === 'carrier') return <CarrierInput control={control} value={value} onChange={onChange} />
  if (kind === 'text')
    return <textarea {...control} rows={3} value={value} onChange={(event) => onChange(event.target.value)} />
  const options = optionsOf(field, context)
  if (options)
    return (
      <select {...control} value={value} onChange={(event) => onChange(event.target.value)}>
        {value ? null : <option value="">{t('choose')}</option>}
        {options.map((each) => (
          <option key={each.value} value={each.value}>
            {each.label}
          </option>
        ))}
      </select>
    )
  return (
    <input
      {...control}
      type="text"
      inputMode={kind === 'integer' ? 'numeric' : kind === 'money' ? 'decimal' : undefined}
      autoComplete="off"
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}

function optionsOf({ kind, name }: Field, context: FormContext): { value: string; label: string }[] | undefined {
  if (kind === 'choice') return [...(context.choices?.[name] ?? [])]
  if (kind === 'parcel')
    return context.parcels?.map(({ parcel_id, carrier_name, tracking_no }) => ({
      value: parcel_id,
      label: `${carrier_name} ${tracking_no}`,
    }))
  return undefined
}
