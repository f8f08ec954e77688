import { ConfigProvider, App as Feedback, theme as themes } from 'antd'
import chinese from 'antd/locale/zh_CN'
import { StrictMode, useMemo } from 'react'
import { createRoot } from 'react-dom/client'
import { createBrowserRouter, RouterProvider } from 'react-router'
import { routes } from './routes'
import { tameDoubleClicks } from './shell/doubleClicks'
import { PreferencesProvider, usePreferences } from './shell/preferences'

/** `baseUrl`: the API's address before `/v1`; empty on the same origin. */
export function render(root: HTMLElement, baseUrl: string) {
  tameDoubleClicks()
  createRoot(root).render(<App baseUrl={baseUrl} />)
}

function App({ baseUrl }: { baseUrl: string }) {
  return (
    <StrictMode>
      <PreferencesProvider>
        <Themed baseUrl={baseUrl} />
      </PreferencesProvider>
    </StrictMode>
  )
}

function Themed({ baseUrl }: { baseUrl: string }) {
  const { language, dark } = usePreferences()
  const router = useMemo(() => createBrowserRouter(routes(baseUrl)), [baseUrl])
  return (
    <ConfigProvider
      // A space between two Chinese letters would make a button's text differ from its name.
      button={{ autoInsertSpace: false }}
      locale={language === 'zh-CN' ? chinese : undefined}
      theme={{
        algorithm: dark ? themes.darkAlgorithm : themes.defaultAlgorithm,
        token: {
          colorPrimary: dark ? '#17805f' : '#0b6b53',
          colorLink: dark ? '#5cc8a5' : '#0b6b53',
          fontSize: 14,
          motion: false,
          colorError: dark ? '#ff8a80' : '#b3261e',
        },
        components: { Button: dark ? { dangerColor: '#2b0b08' } : {} },
      }}
    >
      <Feedback>
        <RouterProvider router={router} />
      </Feedback>
    </ConfigProvider>
  )
}
