import { Alert, Button } from 'antd'
import { useEffect, useState } from 'react'
import { ActionFields } from '../../../actions/ActionFields'
import type { FieldError } from '../../../actions/fields'
import { orderRow } from '../../../actions/table'
import { checked, initialValues } from '../../../actions/values'
import { WORDS as FIELD_WORDS } from '../../../actions/words'
import { useDraft } from '../../../parts/useDraft'
import { useWords } from '../../../words/useWords'
import { type BulkName, type Chosen, type Item, sameForAll } from './actions'
import { WORDS } from './words'

export interface FormProps {
  action: BulkName
  chosen: Chosen[]
  /** While the results are shown the form keeps what is typed, out of sight. */
  hidden: boolean
  /** The orders for which the action is done: what was typed for them goes. */
  done: ReadonlySet<string>
  onItems: (items: Item[]) => void
}

/** The form of an action whose body is the same for every order. */
export function FieldsForm({ action, chosen, hidden, done, onItems }: FormProps) {
  const t = useWords(WORDS)
  const say = useWords(FIELD_WORDS)
  const row = orderRow(action)
  const draft = useDraft(`bulk:${action}`, initialValues(row, {}))
  const [errors, setErrors] = useState<FieldError[]>([])
  const { clear } = draft
  useEffect(() => {
    if (done.size) clear()
  }, [done, clear])
  return (
    <form
      className="action-form"
      hidden={hidden}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        const wrong = checked(row, draft.value, say)
        setErrors(wrong)
        if (!wrong.length) onItems(sameForAll(action, draft.value, chosen))
      }}
    >
      {row.warning ? <Alert type="warning" showIcon title={say(row.warning)} /> : null}
      <ActionFields row={row} values={draft.value} onChange={draft.change} errors={errors} context={{}} />
      <p className="quiet">{t('checkHow')}</p>
      <div>
        <Button type="primary" htmlType="submit">
          {t('check')}
        </Button>
      </div>
    </form>
  )
}
