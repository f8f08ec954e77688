import { Button } from 'antd'
import { useState } from 'react'
import { useWords } from '../words/useWords'
import { WORDS } from './words'

export function CopyButton({ text, label }: { text: string; label: string }) {
  const t = useWords(WORDS)
  const [copied, setCopied] = useState(false)
  return (
    <Button
      size="small"
      aria-label={`${t('copy')}: ${label}`}
      onClick={() => navigator.clipboard.writeText(text).then(() => setCopied(true))}
    >
      {copied ? t('copied') : t('copy')}
    </Button>
  )
}
