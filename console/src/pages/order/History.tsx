import { Button } from 'antd'
import type { Order } from '../../api/types'
import { Entries } from '../../history/Entries'
import { useHistory } from '../../history/useHistory'
import { WORDS } from '../../history/words'
import { Loading } from '../../parts/Loading'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useWords } from '../../words/useWords'

export function History({ order }: { order: Order }) {
  const t = useWords(WORDS)
  const history = useHistory(order.order_id)
  if (!history.data)
    return history.error ? <ProblemAlert error={history.error} onRetry={history.refetch} /> : <Loading />
  return (
    <>
      <Entries entries={history.data.pages.flatMap(({ data }) => data)} />
      {history.hasNextPage ? (
        <Button loading={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
          {t('later')}
        </Button>
      ) : null}
    </>
  )
}
