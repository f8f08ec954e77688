import { useWords } from '../../words/useWords'
import { isoOf, split, UNITS, type Unit } from './duration'
import type { Field, FieldValue } from './field'
import { WORDS } from './words'

interface Props {
  field: Field
  id: string
  value: FieldValue | undefined
  onChange: (value: FieldValue) => void
  describedBy?: string
  invalid?: boolean
}

const INPUT_TYPES: Partial<Record<Field['kind'], string>> = {
  email: 'email',
  url: 'url',
  secret: 'password',
  number: 'number',
  day: 'date',
  time: 'time',
}

/** The browser's own control for each kind of field. */
export function Control({ field, id, value, onChange, describedBy, invalid }: Props) {
  const t = useWords(WORDS)
  const { kind, options = [], required, maxLength } = field
  const common = { id, required, 'aria-describedby': describedBy, 'aria-invalid': invalid || undefined }
  const text = typeof value === 'string' ? value : ''
  const chosen = Array.isArray(value) ? value : []
  const change = (event: { target: { value: string } }) => onChange(event.target.value)
  switch (kind) {
    case 'long':
      return <textarea {...common} className="control" rows={4} value={text} maxLength={maxLength} onChange={change} />
    case 'choice':
      return (
        <select {...common} className="control" value={text} onChange={change}>
          {required ? null : <option value="">{field.unchosen ?? t('any')}</option>}
          {options.map(({ code, label }) => (
            <option key={code} value={code}>
              {label}
            </option>
          ))}
        </select>
      )
    case 'mark':
      return (
        <input
          {...common}
          type="checkbox"
          checked={value === true}
          onChange={(event) => onChange(event.target.checked)}
        />
      )
    case 'several':
      return (
        <span className="several">
          {options.map(({ code, label }) => (
            <label key={code}>
              <input
                type="checkbox"
                checked={chosen.includes(code)}
                onChange={() =>
                  onChange(
                    options
                      .map((each) => each.code)
                      .filter((each) => (each === code ? !chosen.includes(code) : chosen.includes(each))),
                  )
                }
              />
              {label}
            </label>
          ))}
        </span>
      )
    case 'duration':
    case 'days': {
      const { count, unit } = split(text)
      const set = (next: number, of: Unit) => onChange(isoOf(Math.max(0, Math.floor(next)), of))
      return (
        <span className="duration">
          <input
            {...common}
            className="control"
            type="number"
            min={0}
            value={text ? count : ''}
            onChange={(event) => set(Number(event.target.value), kind === 'days' ? 'days' : unit)}
          />
          {kind === 'days' ? (
            <span>{t('businessDays')}</span>
          ) : (
            <select
              className="control"
              aria-label={t('unit', { name: field.label })}
              value={unit}
              onChange={(event) => set(count, event.target.value as Unit)}
            >
              {(Object.keys(UNITS) as Unit[]).map((each) => (
                <option key={each} value={each}>
                  {t(each)}
                </option>
              ))}
            </select>
          )}
        </span>
      )
    }
    default:
      return (
        <input
          {...common}
          className="control"
          type={INPUT_TYPES[kind] ?? 'text'}
          autoComplete="off"
          value={text}
          maxLength={maxLength}
          onChange={change}
        />
      )
  }
}
