import { Alert, Button, Flex } from 'antd'
import { Problem } from '../api/problem'
import { useWords } from '../words/useWords'
import { WORDS } from './words'

/** Why something did not work, in the API's own words, and what can be done about it. */
export function ProblemAlert({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const t = useWords(WORDS)
  if (!error) return null
  const problem = error instanceof Problem ? error : null
  const isSignedOut = problem?.status === 401
  const fields = problem?.body.errors ?? []
  return (
    <Alert
      role="alert"
      type="error"
      showIcon
      title={
        isSignedOut ? t('signedOut') : (problem?.message ?? (error instanceof TypeError ? t('network') : String(error)))
      }
      description={
        <>
          {fields.length > 0 ? (
            <ul>
              {fields.slice(0, 20).map(({ pointer, message }) => (
                <li key={pointer + message}>
                  {message} <code>{pointer}</code>
                </li>
              ))}
            </ul>
          ) : null}
          <Flex gap="small" align="center" wrap>
            {problem?.retryAfter ? <span>{t('wait', { seconds: problem.retryAfter })}</span> : null}
            {onRetry ? (
              <Button size="small" onClick={() => onRetry()}>
                {problem?.status === 412 ? t('reload') : t('retry')}
              </Button>
            ) : null}
            {problem?.body.request_id ? <small>{t('requestId', { id: problem.body.request_id })}</small> : null}
          </Flex>
        </>
      }
    />
  )
}
