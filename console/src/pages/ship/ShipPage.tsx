import { useSearchParams } from 'react-router'
import { useRole } from '../../api/queries'
import { Tabs } from '../../parts/Tabs'
import { useWords } from '../../words/useWords'
import { useCounts, useShipmentList } from './lists'
import './ship.css'
import { SHIP_TABS } from './tabs'
import { WORDS } from './words'

export default function ShipPage() {
  const t = useWords(WORDS)
  const role = useRole()
  const [search] = useSearchParams()
  const counts = useCounts()
  const list = useShipmentList()
  const offered = SHIP_TABS.filter(
    ({ changes, whileAny }) => (!changes || (role && role !== 'viewer')) && (!whileAny || list?.available),
  )
  const first = SHIP_TABS[0]
  const asked = SHIP_TABS.find(({ name }) => name === search.get('tab')) ?? first
  return (
    <>
      <h1 className="no-print">{t('title')}</h1>
      <Tabs
        label={t('title')}
        tabs={offered.map((tab) => ({
          query: tab === first ? '' : `tab=${tab.name}`,
          label: t(tab.name),
          count: counts[tab.name],
        }))}
      />
      {asked?.whileAny && list && !list.available ? <p className="empty">{t('nothing')}</p> : null}
      {asked && offered.includes(asked) ? <div key={asked.name}>{asked.content}</div> : null}
    </>
  )
}
