import { Button, Dropdown } from 'antd'
import { useNavigate } from 'react-router'
import { useApi, useStoreId } from '../api/client'
import { Who } from '../parts/Who'
import { signOut } from '../session/session'
import { LANGUAGES, type Language } from '../words/language'
import { useWords } from '../words/useWords'
import { type Theme, usePreferences } from './preferences'
import { WORDS } from './words'

const THEMES: Theme[] = ['light', 'dark', 'system']

/** Language, theme, store, help and the way out. */
export function PreferencesMenu({ onHelp }: { onHelp: () => void }) {
  const t = useWords(WORDS)
  const { language, theme, setLanguage, setTheme } = usePreferences()
  const navigate = useNavigate()
  const store = useStoreId()
  const me = useApi().useQuery('get', '/v1/me')
  const chosen: Record<string, () => void> = {
    help: onHelp,
    signOut: () => void signOut(),
    ...Object.fromEntries(Object.keys(LANGUAGES).map((code) => [code, () => setLanguage(code as Language)])),
    ...Object.fromEntries(THEMES.map((name) => [name, () => setTheme(name)])),
    ...Object.fromEntries(
      me.data?.stores.map(({ store_id }) => [
        `store:${store_id}`,
        () => navigate(`/stores/${encodeURIComponent(store_id)}`),
      ]) ?? [],
    ),
  }
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        selectable: true,
        multiple: true,
        selectedKeys: [language, theme, `store:${store}`],
        onClick: ({ key }) => chosen[key]?.(),
        items: [
          {
            type: 'group',
            label: t('store'),
            children: me.data?.stores.map(({ store_id, role }) => ({
              key: `store:${store_id}`,
              label: <Who actor={{ id: store_id, role }} />,
            })),
          },
          {
            type: 'group',
            label: t('language'),
            children: Object.entries(LANGUAGES).map(([key, label]) => ({
              key,
              label: <span lang={key}>{label}</span>,
            })),
          },
          {
            type: 'group',
            label: t('theme'),
            children: THEMES.map((key) => ({ key, label: t(key as 'light' | 'dark' | 'system') })),
          },
          { type: 'divider' },
          { key: 'help', label: `${t('help')}  ?` },
          { key: 'signOut', label: t('signOut') },
        ],
      }}
    >
      <Button
        className="account"
        aria-label={`${LANGUAGES[language]} ▾ ${t('store')}, ${t('language')}, ${t('theme')}`}
      >
        {LANGUAGES[language]} ▾
      </Button>
    </Dropdown>
  )
}
