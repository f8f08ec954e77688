import { onlineManager } from '@tanstack/react-query'
import { Alert, Button } from 'antd'
import { useSyncExternalStore } from 'react'
import { goToSignIn, sessionEnd } from '../session/session'
import { useWords } from '../words/useWords'
import { WORDS } from './words'

/** What concerns every page: no network, or a session that has ended. */
export function Notices() {
  const t = useWords(WORDS)
  const online = useSyncExternalStore(
    (changed) => onlineManager.subscribe(changed),
    () => onlineManager.isOnline(),
  )
  const ended = useSyncExternalStore(sessionEnd.subscribe, sessionEnd.current)
  return (
    <div aria-live="polite">
      {online ? null : <Alert type="warning" title={t('offline')} banner />}
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
