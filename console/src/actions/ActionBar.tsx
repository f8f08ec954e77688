import { Alert, Button, Flex } from 'antd'
import { type ReactNode, useState } from 'react'
import { useSearchParams } from 'react-router'
import { useStoreId } from '../api/client'
import { hasDraft } from '../parts/useDraft'
import { useWords } from '../words/useWords'
import { WORDS } from './words'
import './actions.css'

/** What the API says of the caller's steps: those that are allowed, and why each other one is refused. */
export interface Choices {
  actions: string[]
  actions_label?: string[]
  refused_actions?: { action: string; action_label: string; code: string; reason: string }[]
}

interface Props {
  choices: Choices
  /** Under which name the form of an action keeps what is typed. */
  draftOf: (action: string) => string
  /** Which of the actions have their place here; all, where it is left out. */
  here?: (action: string) => boolean
  form: (action: string, label: string, close: () => void, done: (note?: ReactNode) => void) => ReactNode
}

/**
 * A button for each action that is allowed; its form opens below. A form that was left half filled is open again, and so
 * is the one that the address names.
 */
export function ActionBar({ choices, draftOf, here = () => true, form }: Props) {
  const t = useWords(WORDS)
  const store = useStoreId()
  const allowed = choices.actions
    .map((action, index) => ({ action, label: choices.actions_label?.[index] ?? action }))
    .filter(({ action }) => here(action))
  const refused = (choices.refused_actions ?? []).filter(({ action }) => here(action))
  const [search] = useSearchParams()
  const [open, setOpen] = useState(
    () => search.get('action') ?? allowed.find(({ action }) => hasDraft(store, draftOf(action)))?.action,
  )
  const [note, setNote] = useState<ReactNode>(null)
  const current = allowed.find(({ action }) => action === open)
  const close = () => setOpen(undefined)
  return (
    <section className="actions no-print" aria-label={t('actions')}>
      {allowed.length ? (
        <Flex gap="small" wrap>
          {allowed.map(({ action, label }) => (
            <Button
              key={action}
              type={action === open ? 'primary' : 'default'}
              aria-expanded={action === open}
              onClick={({ detail }) => {
                if (detail > 1) return // a double click opens, and does not close again
                setNote(null)
                setOpen(action === open ? undefined : action)
              }}
            >
              {label}
            </Button>
          ))}
        </Flex>
      ) : null}
      <div aria-live="polite">{note}</div>
      {current
        ? form(current.action, current.label, close, (said) => {
            close()
            setNote(
              <Alert
                type="success"
                showIcon
                closable
                title={t('done', { action: current.label })}
                description={said}
              />,
            )
          })
        : null}
      {refused.length ? (
        <details>
          <summary>{t('refused', { n: refused.length })}</summary>
          <dl className="facts">
            {refused.map(({ action, action_label, reason }) => (
              <div key={action}>
                <dt>{action_label}</dt>
                <dd>{reason}</dd>
              </div>
            ))}
          </dl>
        </details>
      ) : null}
    </section>
  )
}
