import { onlineManager } from '@tanstack/react-query'
import { Alert, Button } from 'antd'
import { useSyncExternalStore } from 'react'
import { useFailedCodes } from '../api/codes'
import { ProblemAlert } from '../parts/ProblemAlert'
import { goToSignIn, sessionEnd } from '../session/session'
import { useWords } from '../words/useWords'
import { WORDS } from './words'

/** What concerns every page: no network, a session that has ended, or names and choices that could not be read. */
export function Notices() {
  const t = useWords(WORDS)
  const online = useSyncExternalStore(
    (changed) => onlineManager.subscribe(changed),
    () => onlineManager.isOnline(),
  )
  const codes = useFailedCodes()
  const ended = useSyncExternalStore(sessionEnd.subscribe, sessionEnd.current)
  return (
    <div aria-live="polite">
      {online ? null : <Alert type="warning" title={t('offline')} banner />}
      {codes.error && online && !ended ? (
        <>
          <p>{t('noCodes')}</p>
          <ProblemAlert error={codes.error} onRetry={codes.retry} />
        </>
      ) : null}
      {ended ? (
        <Alert
          type="warning"
          banner
          title={t('sessionEnded')}
          action={<Button onClick={() => void goToSignIn()}>{t('signInAgain')}</Button>}
        />
      ) : null}
    </div>
  )
}
