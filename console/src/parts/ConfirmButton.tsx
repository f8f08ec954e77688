import { Button } from 'antd'
import { useState } from 'react'
import { useWords } from '../words/useWords'
import { WORDS } from './words'

/** A step that cannot be taken back: the first press asks, the second one does it. */
export function ConfirmButton({
  label,
  question,
  onConfirm,
  loading,
}: {
  label: string
  question: string
  onConfirm: () => void
  loading?: boolean
}) {
  const t = useWords(WORDS)
  const [asking, setAsking] = useState(false)
  if (!asking) {
    return (
      <Button danger loading={loading} onClick={() => setAsking(true)}>
        {label}
      </Button>
    )
  }
  return (
    <span className="toolbar" role="alert">
      {question}
      <Button
        danger
        type="primary"
        autoFocus
        onClick={() => {
          setAsking(false)
          onConfirm()
        }}
      >
        {label}
      </Button>
      <Button onClick={() => setAsking(false)}>{t('keep')}</Button>
    </span>
  )
}
