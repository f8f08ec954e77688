import { useMutation } from '@tanstack/react-query'
import { Button } from 'antd'
import { useApi } from '../../api/client'
import { save } from '../../api/useDownload'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { usePreferences } from '../../shell/preferences'
import { useWords } from '../../words/useWords'
import { WORDS } from './words'

/** The empty tracking sheet. The API sends it behind the token, without a link; it is small, so it goes through the page. */
export function Template() {
  const t = useWords(WORDS)
  const { language } = usePreferences()
  const api = useApi()
  const fetched = useMutation({
    mutationFn: async () => {
      const { data } = await api.client.GET('/v1/imports/template', { parseAs: 'blob' })
      const url = URL.createObjectURL(data as unknown as Blob)
      save(url, `tracking-${language}.xlsx`)
      setTimeout(() => URL.revokeObjectURL(url), 60_000)
    },
  })
  return (
    <>
      <Button loading={fetched.isPending} onClick={() => fetched.mutate()}>
        {t('template')}
      </Button>
      <ProblemAlert error={fetched.error} onRetry={() => fetched.mutate()} />
    </>
  )
}
