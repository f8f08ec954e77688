import { Button } from 'antd'
import { useState } from 'react'
import { useWords } from '../words/useWords'
import { WORDS } from './words'

/** A button that copies a text, and says so. */
export function Copy({ text, name }: { text: string; name: string }) {
  const t = useWords(WORDS)
  const [copied, setCopied] = useState(false)
  async function copy() {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), 2_000)
  }
  return (
    <Button size="small" className="no-print" aria-label={`${t('copy')} ${name}`} onClick={() => void copy()}>
      <span aria-live="polite">{copied ? t('copied') : t('copy')}</span>
    </Button>
  )
}
