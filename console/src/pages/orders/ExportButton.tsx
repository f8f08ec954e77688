import { Button } from 'antd'
import { useNavigate, useSearchParams } from 'react-router'
import { useShortcuts } from '../../shell/shortcuts'
import { useWords } from '../../words/useWords'
import { exportOf } from '../exports/address'
import { WORDS } from './words'

/** `e`, or the button beside the filters: the exports page, filled in with the filter of this list. */
export function ExportButton() {
  const t = useWords(WORDS)
  const navigate = useNavigate()
  const [search] = useSearchParams()
  const open = () => navigate(exportOf(search))
  useShortcuts({ e: open })
  return <Button onClick={open}>{t('export')}</Button>
}
