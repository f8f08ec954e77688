import { Alert, Button, Flex } from 'antd'
import type { ReactNode } from 'react'
import { useWords } from '../words/useWords'
import type { ActionRow, Value, Values } from './fields'
import { WORDS } from './words'

interface Props {
  row: ActionRow
  values: Values
  base: number | undefined
  current: number
  changes: ReactNode
  onSend: () => void
  onDiscard: () => void
}

function said(value: Value | undefined): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(({ carrier, tracking_no }) => `${carrier} ${tracking_no}`).join('; ')
  return Object.values(value ?? {}).join(', ')
}

/** A change that was lost to somebody else's: both stand side by side, and the person decides. */
export function StaleChange({ row, values, base, current, changes, onSend, onDiscard }: Props) {
  const t = useWords(WORDS)
  return (
    <Alert
      role="alert"
      type="warning"
      showIcon
      title={t('staleTitle')}
      description={
        <>
          <div className="stale">
            <section aria-label={t('yours', { version: base ?? '–' })}>
              <strong>{t('yours', { version: base ?? '–' })}</strong>
              <dl className="facts">
                {row.fields.map(({ name, label }) => (
                  <div key={name}>
                    <dt>{t(label)}</dt>
                    <dd>{said(values[name]) || t('empty')}</dd>
                  </div>
                ))}
              </dl>
            </section>
            <section aria-label={t('theirs', { version: current })}>
              <strong>{t('theirs', { version: current })}</strong>
              {changes}
            </section>
          </div>
          <Flex gap="small" wrap>
            <Button type="primary" onClick={onSend}>
              {t('sendAnyway')}
            </Button>
            <Button onClick={onDiscard}>{t('discard')}</Button>
          </Flex>
        </>
      }
    />
  )
}
