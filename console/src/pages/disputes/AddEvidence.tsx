import { Button, Flex } from 'antd'
import { useId, useState } from 'react'
import type { Api } from '../../api/client'
import type { components } from '../../api/types'
import { upload } from '../../api/upload'
import { useSend } from '../../api/useSend'
import { FileDrop } from '../../parts/FileDrop'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useDraft } from '../../parts/useDraft'
import { useKeptFiles } from '../../parts/useKeptFiles'
import type { KeptFile } from '../../session/keptFiles'
import { useWords } from '../../words/useWords'
import { DISPUTE_WORDS } from './words'

type MediaType = components['schemas']['NewEvidence']['media_type']
const TYPES: Record<MediaType, true> = {
  'image/jpeg': true,
  'image/png': true,
  'image/gif': true,
  'image/webp': true,
  'application/pdf': true,
}
const MEGABYTE = 1024 * 1024

/** The API offers a place in the store; the file goes there, and then the dispute gets it as evidence. */
async function add(api: Api, disputeId: string, file: File, text: string, say: Say) {
  const path = { dispute_id: disputeId }
  const offer = await api.client.POST('/v1/disputes/{dispute_id}/evidence', {
    params: { path },
    body: { media_type: file.type as MediaType },
  })
  const form = offer.data
  if (!form) return {}
  if (file.size > form.max_bytes)
    throw new Error(say('tooLarge', { name: file.name, most: Math.floor(form.max_bytes / MEGABYTE) }))
  await upload(form.upload, file, () => {})
  return api.client.POST('/v1/disputes/{dispute_id}/actions/add_evidence', {
    params: { path },
    body: { evidence_id: form.evidence_id, ...(text.trim() ? { text: text.trim() } : {}) },
  })
}
type Say = (name: keyof typeof DISPUTE_WORDS, values?: Record<string, string | number>) => string

/** Pictures and PDF files, dropped or chosen; each waits with its text until the person adds it. */
export function AddEvidence({ disputeId }: { disputeId: string }) {
  const t = useWords(DISPUTE_WORDS)
  const { files, add: keep, remove } = useKeptFiles(`evidence:${disputeId}`)
  const [wrong, setWrong] = useState<string[]>([])
  function take(file: File) {
    if (file.type in TYPES) keep(file)
    else setWrong((before) => [...before, t('wrongType', { name: file.name })])
  }
  return (
    <section className="add-evidence no-print" aria-label={t('upload')}>
      <FileDrop label={t('drop')} accept={Object.keys(TYPES).join(',')} multiple onFile={take} />
      <div role="status">
        {wrong.map((text) => (
          <p key={text} className="field-error">
            {text}
          </p>
        ))}
      </div>
      {files.map((each) => (
        <Pending key={each.id} disputeId={disputeId} kept={each} onGone={() => remove(each.id)} />
      ))}
    </section>
  )
}

function Pending({ disputeId, kept, onGone }: { disputeId: string; kept: KeptFile; onGone: () => void }) {
  const t = useWords(DISPUTE_WORDS)
  const id = useId()
  const { file } = kept
  const { value: text, change, clear } = useDraft(`evidence:${kept.id}`, '')
  const send = useSend((api, note: string) => add(api, disputeId, file, note, t), leave)
  function leave() {
    clear()
    onGone()
  }
  return (
    <form
      className="card action-form"
      aria-label={file.name}
      onSubmit={(event) => {
        event.preventDefault()
        if (!send.isPending) send.mutate(text)
      }}
    >
      <strong>{file.name}</strong>
      <div className="field">
        <label htmlFor={id}>{t('evidenceText')}</label>
        <input id={id} value={text} onChange={(event) => change(event.target.value)} />
      </div>
      <ProblemAlert error={send.error} />
      <Flex gap="small">
        <Button htmlType="submit" type="primary" loading={send.isPending}>
          {t('upload')}
        </Button>
        <Button onClick={leave} disabled={send.isPending}>
          {t('remove')}
        </Button>
      </Flex>
    </form>
  )
}
