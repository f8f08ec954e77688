import { useMutation } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useApi } from '../../api/client'
import { Problem } from '../../api/problem'
import { useRefresh } from '../../api/queries'
import type { components, Import } from '../../api/types'
import { upload } from '../../api/upload'
import { useOnce } from '../../api/useOnce'
import { useWords } from '../../words/useWords'
import { WORDS } from './words'

type NewImport = components['schemas']['NewImport']

export interface Sheet {
  file: File
  request: Partial<NewImport> & Pick<NewImport, 'kind'>
  /** An import that waits for this file; none to begin one. */
  job?: Import
}

/**
 * Begins an import and sends its file. A file that did not arrive goes to the same import when it is sent again. `part`
 * is what has been sent, from 0 to 1.
 */
export function useImport(sent: (importId: string) => void) {
  const t = useWords(WORDS)
  const api = useApi()
  const refresh = useRefresh()
  const [part, setPart] = useState(0)
  const begun = useRef<{ file: File; job: Import }>(undefined)
  const send = useMutation({
    mutationFn: async ({ file, request, job }: Sheet) => {
      setPart(0)
      const known = job ?? (begun.current?.file === file ? begun.current.job : undefined)
      const target =
        known ??
        (await api.client.POST('/v1/imports', { body: { dry_run: false, ...request, file_name: file.name } })).data
      if (!target?.upload) throw new Problem(409, { detail: t('notArrived') }, null)
      begun.current = { file, job: target }
      if (target.max_bytes && file.size > target.max_bytes) {
        throw new Problem(413, { detail: t('tooLarge', { size: Math.floor(target.max_bytes / 1024 / 1024) }) }, null)
      }
      await upload(target.upload, file, setPart)
      return target.id
    },
    onSuccess: async (importId) => {
      begun.current = undefined
      sent(importId)
      await refresh()
    },
  })
  const once = useOnce((sheet: Sheet) => send.mutateAsync(sheet).catch(() => undefined))
  return { ...send, mutate: (sheet: Sheet) => void once(sheet), part }
}
