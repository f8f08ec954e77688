import { Button, Drawer } from 'antd'
import { lazy, Suspense, useEffect, useState } from 'react'
import { Outlet, useLocation, useParams, useSearchParams } from 'react-router'
import { useStore } from '../api/queries'
import { Loading } from '../parts/Loading'
import { useWords } from '../words/useWords'
import { Menu } from './Menu'
import { Notices } from './Notices'
import { PreferencesMenu } from './PreferencesMenu'
import { SearchBox } from './SearchBox'
import { StoreScope } from './StoreScope'
import { useShortcuts } from './shortcuts'
import { WORDS } from './words'

const OrderDrawer = lazy(() => import('../pages/order/OrderDrawer'))
const CustomerDrawer = lazy(() => import('../pages/customer/CustomerDrawer'))
const Help = lazy(() => import('./Help'))

export function Shell({ baseUrl }: { baseUrl: string }) {
  const { store = '' } = useParams()
  useEffect(() => localStorage.setItem('store', store), [store])
  return (
    <StoreScope key={store} baseUrl={baseUrl} store={store}>
      <Frame />
    </StoreScope>
  )
}

function Frame() {
  const t = useWords(WORDS)
  const store = useStore()
  const { pathname } = useLocation()
  const [search] = useSearchParams()
  const [menuOpen, setMenuOpen] = useState(false)
  const [helpOpen, setHelpOpen] = useState(false)
  useShortcuts({ '?': () => setHelpOpen(true) })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu closes when the page changes
  useEffect(() => setMenuOpen(false), [pathname])
  return (
    <div className="shell">
      <a className="skip" href="#content">
        {t('skip')}
      </a>
      <header className="bar">
        <Button className="menu-button" onClick={() => setMenuOpen(true)} aria-label={t('menu')}>
          ☰
        </Button>
        <span className="brand">Orderkeep</span>
        <span className="store-name">{store?.name}</span>
        <SearchBox />
        <span className="zone">{store ? t('zone', { zone: store.time_zone }) : ''}</span>
        <PreferencesMenu onHelp={() => setHelpOpen(true)} />
      </header>
      <nav className="side" aria-label={t('menu')}>
        <Menu />
      </nav>
      <Drawer open={menuOpen} onClose={() => setMenuOpen(false)} placement="left" size={260} title={t('menu')}>
        <Menu />
      </Drawer>
      <main id="content" className="content" tabIndex={-1}>
        <Notices />
        <Suspense fallback={<Loading />}>
          <Outlet />
        </Suspense>
      </main>
      <Suspense>{search.has('customer') ? <CustomerDrawer /> : null}</Suspense>
      <Suspense>{search.has('order') ? <OrderDrawer /> : null}</Suspense>
      <Suspense>{helpOpen ? <Help onClose={() => setHelpOpen(false)} /> : null}</Suspense>
    </div>
  )
}
