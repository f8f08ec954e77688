import { createRoot } from 'react-dom/client'
import { App } from './App'
import { config } from './session/config'
import { signIn } from './session/session'
import './styles.css'

const root = document.getElementById('root') as HTMLElement

Promise.all([config(), signIn()]).then(
  ([{ api }]) => createRoot(root).render(<App baseUrl={api} />),
  (failed: unknown) => {
    root.role = 'alert'
    root.textContent = `The sign-in service does not answer (${failed}). Reload the page. 登录服务没有响应，请刷新页面。`
  },
)
