import { Alert, Button, Flex } from 'antd'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { Api } from '../api/client'
import { Problem } from '../api/problem'
import { useSend } from '../api/useSend'
import { ProblemAlert } from '../parts/ProblemAlert'
import { useDraft } from '../parts/useDraft'
import { useWords } from '../words/useWords'
import { ActionFields } from './ActionFields'
import { type ActionRow, errorsOf, type FieldError, type FormContext, type Values } from './fields'
import { StaleChange } from './StaleChange'
import { bodyOf, checked, initialValues } from './values'
import { WORDS } from './words'

interface Props<Output> {
  row: ActionRow
  /** What the button says: the action's own label. */
  label: string
  /** Under which name what is typed is kept, such as `order:8190000000000001:ship`. */
  draft: string
  context: FormContext
  /** The version that is shown; a change that is made on another answers 412. */
  version?: number
  /** What is written in the fields at first, where it is not the row's own. */
  initial?: Values
  /** `match` goes as the header `If-Match`. */
  send: (api: Api, body: Record<string, unknown>, match: string | undefined) => Promise<{ data?: Output }>
  onDone?: (output: Output) => void
  onCancel?: () => void
  /** What changed after a version, for a change that was lost to somebody else's. */
  since?: (version: number) => ReactNode
}

const liesIn = (error: FieldError, name: string) => errorsOf([error], `/${name}`).length > 0

export function ActionForm<Output>(props: Props<Output>) {
  const { row, label, context, version, send, onDone, onCancel, since } = props
  const t = useWords(WORDS)
  const draft = useDraft(props.draft, { values: { ...initialValues(row, context), ...props.initial }, version })
  const { values, version: base } = draft.value
  const [found, setFound] = useState<FieldError[]>([])
  const sending = useSend(
    (api, { values, version }: typeof draft.value) =>
      send(api, bodyOf(row, values, context), version === undefined ? undefined : `"${version}"`),
    (output, sent) => {
      draft.clear(sent)
      onDone?.(output)
    },
  )
  const problem = sending.error instanceof Problem ? sending.error : null
  const seen = sending.variables?.version
  const current = problem?.status === 412 ? problem.body.current_version : undefined
  const errors = found.length ? found : (problem?.body.errors ?? [])
  const allBeside = errors.length > 0 && errors.every((each) => row.fields.some(({ name }) => liesIn(each, name)))
  const form = useRef<HTMLFormElement>(null)
  const wrong = errors.map(({ pointer }) => pointer).join()
  useEffect(() => {
    if (wrong) form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus()
  }, [wrong])
  function submit(next: typeof draft.value) {
    if (sending.isPending) return
    const missing = checked(row, next.values, t)
    setFound(missing)
    if (!missing.length) sending.mutate(next)
  }
  function discard() {
    draft.clear()
    sending.reset()
    onCancel?.()
  }
  return (
    <form
      ref={form}
      className="action-form"
      aria-label={label}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        submit(draft.value)
      }}
    >
      {row.warning ? <Alert type="warning" showIcon title={t(row.warning)} /> : null}
      <ActionFields
        row={row}
        values={values}
        onChange={(next) => draft.change({ values: next, version: base })}
        errors={errors}
        context={context}
      />
      {current === undefined ? (
        allBeside ? (
          <Alert role="alert" type="error" showIcon title={t('seeFields')} />
        ) : (
          <ProblemAlert error={sending.error} />
        )
      ) : (
        <StaleChange
          row={row}
          values={values}
          base={seen}
          current={current}
          changes={seen === undefined ? null : since?.(seen)}
          onSend={() => {
            const next = { values, version: current }
            draft.change(next)
            submit(next)
          }}
          onDiscard={discard}
        />
      )}
      {current === undefined ? (
        <Flex gap="small" wrap>
          <Button htmlType="submit" type="primary" danger={row.tone === 'danger'} loading={sending.isPending}>
            {label}
          </Button>
          {onCancel ? <Button onClick={onCancel}>{t('cancel')}</Button> : null}
        </Flex>
      ) : null}
    </form>
  )
}
