import { Modal } from 'antd'
import { useWords } from '../words/useWords'
import { WORDS } from './words'

const KEYS = [
  ['/', 'keySearch'],
  ['j', 'keyNext'],
  ['k', 'keyPrevious'],
  ['Enter', 'keyOpen'],
  ['x', 'keySelect'],
  ['e', 'keyExport'],
  ['Esc', 'keyClose'],
  ['?', 'keyHelp'],
] as const

export default function Help({ onClose }: { onClose: () => void }) {
  const t = useWords(WORDS)
  return (
    <Modal open title={t('help')} onCancel={onClose} footer={null}>
      <dl className="facts">
        {KEYS.map(([key, name]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{t(name)}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  )
}
