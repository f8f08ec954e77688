import { useId } from 'react'
import { Problem } from '../../api/problem'
import { Control } from './Control'
import type { Field, FieldValue, Values } from './field'
import './fields.css'

/** Labelled controls of a form, from a table of fields. A field that the API refused says so beside it. */
export function FormFields<Form extends object>({
  fields,
  values,
  onChange,
  error,
}: {
  fields: Field[]
  values: Form
  onChange: (values: Form) => void
  error?: unknown
}) {
  const id = useId()
  const given = values as Values
  const refused = error instanceof Problem ? (error.body.errors ?? []) : []
  return (
    <div className="form-fields">
      {fields
        .filter(({ applies }) => !applies || applies(given))
        .map((field) => (
          <FormField
            key={field.name}
            id={`${id}-${field.name}`}
            field={field}
            value={given[field.name]}
            onChange={(value) => onChange({ ...values, [field.name]: value })}
            message={refused.find(({ pointer }) => pointer.split('/').includes(field.name))?.message}
          />
        ))}
    </div>
  )
}

function FormField({
  id,
  field,
  value,
  onChange,
  message,
}: {
  id: string
  field: Field
  value: FieldValue | undefined
  onChange: (value: FieldValue) => void
  message: string | undefined
}) {
  const hint = field.hint ? `${id}-hint` : undefined
  const wrong = message ? `${id}-wrong` : undefined
  const control = (
    <Control
      field={field}
      id={id}
      value={value}
      onChange={onChange}
      describedBy={[hint, wrong].filter(Boolean).join(' ') || undefined}
      invalid={Boolean(message)}
    />
  )
  const notes = (
    <>
      {field.hint ? (
        <small id={hint} className="quiet">
          {field.hint}
        </small>
      ) : null}
      {message ? (
        <small id={wrong} className="wrong">
          {message}
        </small>
      ) : null}
    </>
  )
  if (field.kind === 'several') {
    return (
      <fieldset className="form-field">
        <legend>{field.label}</legend>
        {control}
        {notes}
      </fieldset>
    )
  }
  return (
    <div className={field.kind === 'mark' ? 'form-field ticked' : 'form-field'}>
      <label htmlFor={id}>{field.label}</label>
      {control}
      {notes}
    </div>
  )
}
