import { Alert } from 'antd'
import type { ReactNode } from 'react'
import { useRole } from '../api/queries'
import { useWords } from '../words/useWords'
import { Loading } from './Loading'
import { WORDS } from './words'

/** What the API gives to owners and staff only; a viewer reads why it is not here. */
export function ForSellers({ children }: { children: ReactNode }) {
  const t = useWords(WORDS)
  const role = useRole()
  if (!role) return <Loading />
  if (role === 'viewer') return <Alert type="info" showIcon title={t('sellersOnly')} />
  return children
}
