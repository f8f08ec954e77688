import { type ReactNode, useId } from 'react'
import { useWords } from '../words/useWords'
import type { FieldError } from './fields'
import { WORDS } from './words'

/** What a control of a field must carry, so that its name, hint and errors are read out with it. */
export interface ControlProps {
  id: string
  'aria-invalid': boolean | undefined
  'aria-describedby': string | undefined
  'aria-required': boolean | undefined
}

interface Props {
  label: string
  errors: readonly FieldError[]
  required?: boolean
  hint?: string
  children: (control: ControlProps) => ReactNode
}

/** A label above its control, with a hint and the errors below. */
export function FieldFrame({ label, errors, required, hint, children }: Props) {
  const t = useWords(WORDS)
  const id = useId()
  const below = hint || errors.length ? `${id}-below` : undefined
  return (
    <div className="field">
      <label htmlFor={id}>
        {label} {required ? null : <small className="quiet">({t('optional')})</small>}
      </label>
      {children({
        id,
        'aria-invalid': errors.length > 0 || undefined,
        'aria-describedby': below,
        'aria-required': required || undefined,
      })}
      {below ? (
        <div id={below}>
          {hint ? <small className="quiet">{hint}</small> : null}
          {errors.map(({ pointer, message }) => (
            <p key={pointer + message} className="field-error">
              {message}
            </p>
          ))}
        </div>
      ) : null}
    </div>
  )
}
