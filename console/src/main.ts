import { config } from './session/config'
import { isSigningIn, signIn } from './session/session'
import './styles.css'

const root = document.getElementById('root') as HTMLElement
const load = () => import('./App')

/** A page that goes on to the sign-in page runs this small part alone; the rest loads while the code becomes a token. */
async function start() {
  if (isSigningIn()) void load().catch(() => {})
  const [{ api }] = await Promise.all([config(), signIn()])
  const { render } = await load()
  render(root, api)
}

start().catch((failed: unknown) => {
  root.role = 'alert'
  root.textContent = `The console cannot be loaded, or the sign-in service does not answer (${failed}). Reload the page. 页面无法加载或登录服务没有响应，请刷新页面。`
})
