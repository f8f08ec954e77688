import { Button, Flex } from 'antd'
import { useCodeParts } from '../../api/codes'
import { FileDrop } from '../../parts/FileDrop'
import { FormFields } from '../../parts/fields/FormFields'
import type { Field } from '../../parts/fields/field'
import { Loading } from '../../parts/Loading'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { Progress } from '../../parts/Progress'
import { useZone } from '../../parts/times'
import { useDraft } from '../../parts/useDraft'
import { useKeptFiles } from '../../parts/useKeptFiles'
import { useWords } from '../../words/useWords'
import { FILES } from './states'
import { Template } from './Template'
import { type Sheet, useImport } from './useImport'
import { WORDS } from './words'

const USUAL = 'usual'
const EMPTY = { kind: 'orders', dry_run: false, layout: USUAL, time_zone: USUAL }

/** A file to import, and how it is read. */
export function NewImport({ onSent }: { onSent: (importId: string) => void }) {
  const t = useWords(WORDS)
  const zone = useZone()
  const offer = useCodeParts('import_kinds', 'import_layouts', 'time_zones')
  const { value, change, clear } = useDraft('import', EMPTY)
  const { files, add, remove } = useKeptFiles('import')
  const file = files.at(-1)?.file
  const forget = () => {
    for (const { id } of files) remove(id)
  }
  const start = useImport((importId) => {
    clear()
    forget()
    onSent(importId)
  })
  const ofOrders = (values: { kind?: unknown }) => values.kind === 'orders'
  const layouts = offer.import_kinds?.find(({ code }) => code === value.kind)?.layouts ?? []
  const fields: Field[] = [
    {
      name: 'kind',
      label: t('kind'),
      kind: 'choice',
      required: true,
      options: offer.import_kinds,
      hint: t(value.kind === 'orders' ? 'ordersHint' : 'trackingHint'),
    },
    { name: 'dry_run', label: t('dryRun'), kind: 'mark', applies: ofOrders },
  ]
  const more: Field[] = [
    {
      name: 'layout',
      label: t('layout'),
      kind: 'choice',
      required: true,
      options: [
        { code: USUAL, label: t('recognised') },
        ...(offer.import_layouts?.filter(({ code }) => layouts.includes(code)) ?? []),
      ],
      applies: () => layouts.length > 1,
    },
    {
      name: 'time_zone',
      label: t('timeZone'),
      kind: 'choice',
      required: true,
      options: [
        { code: USUAL, label: t('storeZone', { zone }) },
        ...(offer.time_zones ?? []).map((code) => ({ code, label: code })),
      ],
    },
  ]
  function send() {
    if (!file) return
    const request = {
      kind: value.kind,
      dry_run: value.kind === 'orders' && value.dry_run,
      layout: value.layout === USUAL || value.kind !== 'orders' ? undefined : value.layout,
      time_zone: value.time_zone === USUAL ? undefined : value.time_zone,
    } as Sheet['request']
    start.mutate({ file, request })
  }
  if (!offer.import_kinds) return <Loading />
  return (
    <form
      className="card import-form"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <FormFields fields={fields} values={value} onChange={change} error={start.error} />
      <details>
        <summary>{t('more')}</summary>
        <FormFields fields={more} values={value} onChange={change} error={start.error} />
      </details>
      <FileDrop
        label={file ? t('chosen', { name: file.name, size: Math.ceil(file.size / 1000) }) : t('drop')}
        hint={t('dropHint')}
        accept={FILES}
        disabled={start.isPending}
        onFile={(chosen) => {
          forget()
          add(chosen)
        }}
      />
      {start.isPending ? <Progress label={t('uploading')} percent={start.part * 100} /> : null}
      <ProblemAlert error={start.error} onRetry={send} />
      <Flex gap="small" wrap>
        <Button type="primary" htmlType="submit" disabled={!file} loading={start.isPending}>
          {t('start')}
        </Button>
        <Template />
      </Flex>
    </form>
  )
}
