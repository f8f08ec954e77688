import { lazy, Suspense } from 'react'
import { useSearchParams } from 'react-router'
import { useApi } from '../../api/client'
import { useRole } from '../../api/queries'
import { Loading } from '../../parts/Loading'
import { Tabs } from '../../parts/Tabs'
import { useWords } from '../../words/useWords'
import { AlertList } from './AlertList'
import { WORDS } from './words'

const OWNERS = {
  channels: lazy(() => import('./Channels')),
  rules: lazy(() => import('./Rules')),
}

export default function AlertsPage() {
  const t = useWords(WORDS)
  const show = useSearchParams()[0].get('show')
  const open = useApi().useQuery('get', '/v1/alerts/counters').data?.open
  const isOwner = useRole() === 'owner'
  const Part = show && isOwner ? OWNERS[show as keyof typeof OWNERS] : null
  return (
    <>
      <h1>{t('title')}</h1>
      <Tabs
        label={t('title')}
        tabs={[
          { query: '', label: t('open'), count: open?.count, cutOff: open?.cut_off },
          { query: 'state=acknowledged', label: t('acknowledged') },
          { query: 'state=resolved', label: t('resolved') },
          ...(isOwner
            ? [
                { query: 'show=channels', label: t('channels') },
                { query: 'show=rules', label: t('rules') },
              ]
            : []),
        ]}
      />
      {isOwner ? null : <p className="quiet">{t('ownerOnly')}</p>}
      <Suspense fallback={<Loading />}>{Part ? <Part /> : <AlertList />}</Suspense>
    </>
  )
}
