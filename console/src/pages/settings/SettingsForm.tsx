import { Button } from 'antd'
import type { ReactNode } from 'react'
import { BothVersions } from '../../parts/fields/BothVersions'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useWords } from '../../words/useWords'
import type { Settings } from './useSettings'
import { WORDS } from './words'

interface Props<Form extends object> {
  settings: Settings<Form>
  /** The name of each field, and a value of it in words. */
  labels: Record<string, string>
  said: (name: string, value: unknown) => string
  children: ReactNode
}

/** A form of settings: its fields, what was lost to somebody else's change, and the button that saves. */
export function SettingsForm<Form extends object>({ settings, labels, said, children }: Props<Form>) {
  const t = useWords(WORDS)
  const { save, lost } = settings
  const of = (form: Form, name: string) => said(name, form[name as keyof Form])
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        settings.send()
      }}
    >
      {children}
      {lost ? (
        <BothVersions
          differences={lost.map((name) => ({
            label: labels[name] ?? name,
            mine: of(settings.form, name),
            theirs: of(settings.stored, name),
          }))}
          onMine={settings.sendMine}
          onTheirs={settings.takeTheirs}
        />
      ) : (
        <ProblemAlert error={save.error} />
      )}
      <div className="form-actions">
        <Button type="primary" htmlType="submit" loading={save.isPending}>
          {t('save')}
        </Button>
        <span role="status">{settings.isSaved ? t('saved') : ''}</span>
      </div>
    </form>
  )
}
