import { Button, Typography } from 'antd'
import { useRouteError } from 'react-router'
import { useWords } from '../words/useWords'
import { WORDS } from './words'

/** What stands where a page cannot: an unknown address, or a fault of the console itself. */
export function ErrorPage() {
  const t = useWords(WORDS)
  const error = useRouteError()
  return (
    <main className="page" role="alert">
      <Typography.Paragraph>{error ? t('failed') : t('notFound')}</Typography.Paragraph>
      {error ? <pre>{error instanceof Error ? error.message : String(error)}</pre> : null}
      <Button onClick={() => location.reload()}>{t('reload')}</Button>
    </main>
  )
}
