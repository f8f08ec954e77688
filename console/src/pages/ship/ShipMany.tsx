import { Button, Flex } from 'antd'
import { useMemo } from 'react'
import { Link, useSearchParams } from 'react-router'
import { FileDrop } from '../../parts/FileDrop'
import { dayIn } from '../../parts/fields/days'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { Progress } from '../../parts/Progress'
import { useZone } from '../../parts/times'
import { useDraft } from '../../parts/useDraft'
import { useWords } from '../../words/useWords'
import { ImportDetail } from '../imports/ImportDetail'
import '../../parts/fields/fields.css'
import '../imports/imports.css'
import { FILES } from '../imports/states'
import { Template } from '../imports/Template'
import { useImport } from '../imports/useImport'
import { fileOf, type PastedSheet, read } from './sheet'
import { WORDS } from './words'

/** Many parcels at once: pasted or uploaded, they go through the import of tracking numbers with its preview. */
export function ShipMany() {
  const t = useWords(WORDS)
  const [search, setSearch] = useSearchParams()
  const importId = search.get('import')
  const follow = (next: string) => setSearch({ tab: 'sheet', import: next })
  if (!importId) return <Begin onSent={follow} />
  return (
    <>
      <p>
        <Link to="?tab=sheet">{t('another')}</Link>
      </p>
      <ImportDetail key={importId} importId={importId} onNext={follow} />
    </>
  )
}

function Begin({ onSent }: { onSent: (importId: string) => void }) {
  const t = useWords(WORDS)
  const zone = useZone()
  const { value, change, clear } = useDraft('ship-many', '')
  const sheet = useMemo(() => read(value), [value])
  // The same text is the same file: one that did not arrive goes to the import that waits for it.
  const file = useMemo(() => fileOf(sheet, `tracking-${dayIn(new Date().toISOString(), zone)}.csv`), [sheet, zone])
  const send = useImport((importId) => {
    clear()
    onSent(importId)
  })
  const request = { kind: 'tracking' as const }
  return (
    <div className="ship-many">
      <form
        className="card"
        onSubmit={(event) => {
          event.preventDefault()
          send.mutate({ file, request })
        }}
      >
        <h2>
          <label htmlFor="pasted">{t('paste')}</label>
        </h2>
        <p id="pasted-hint" className="quiet">
          {t('pasteHint')}
        </p>
        <textarea
          id="pasted"
          className="control"
          aria-describedby="pasted-hint"
          rows={10}
          spellCheck={false}
          placeholder={t('pasteExample')}
          value={value}
          onChange={(event) => change(event.target.value)}
        />
        <p role="status">
          <ReadAs sheet={sheet} />
        </p>
        <Button type="primary" htmlType="submit" disabled={!sheet.rows.length} loading={send.isPending}>
          {t('check')}
        </Button>
      </form>
      {send.isPending ? <Progress label={t('uploading')} percent={send.part * 100} /> : null}
      <ProblemAlert error={send.error} onRetry={() => send.variables && send.mutate(send.variables)} />
      <section className="card">
        <h2>{t('orUpload')}</h2>
        <FileDrop
          label={t('drop')}
          hint={t('dropHint')}
          accept={FILES}
          disabled={send.isPending}
          onFile={(chosen) => send.mutate({ file: chosen, request })}
        />
        <Flex className="list-tools" gap="small">
          <Template />
        </Flex>
      </section>
    </div>
  )
}

/** How the text is read, before it is sent. */
function ReadAs({ sheet }: { sheet: PastedSheet }) {
  const t = useWords(WORDS)
  const n = sheet.rows.length
  const first = sheet.rows[0]
  if (!first) return null
  if (sheet.headings) return t('readWithHeadings', { n, headings: sheet.headings.join(', ') })
  const [order = '', carrier = '', number = '–'] = first
  return t('readAs', { n, order, carrier: carrier || t('byNumber'), number })
}
