import { Alert } from 'antd'
import { useApi } from '../../api/client'
import { DataTable } from '../../parts/DataTable'
import { Loading } from '../../parts/Loading'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useWords } from '../../words/useWords'
import { PICK_COLUMNS } from './columns'
import { ListHead } from './ListHead'
import { WORDS } from './words'

/** What is to be packed now, summed by SKU. */
export function PickList() {
  const t = useWords(WORDS)
  const picks = useApi().useQuery('get', '/v1/pick-list')
  if (picks.error) return <ProblemAlert error={picks.error} onRetry={picks.refetch} />
  if (!picks.data) return <Loading />
  return (
    <>
      <ListHead title={t('picks')} orders={picks.data.orders} kind="picks" />
      {picks.data.complete ? null : <Alert type="warning" showIcon title={t('incomplete')} />}
      <DataTable
        label={t('picks')}
        columns={PICK_COLUMNS.map((column) => ({ ...column, title: t(column.title) }))}
        rows={picks.data.data}
        rowKey={({ sku, product_id, attributes }) => `${sku} ${product_id} ${JSON.stringify(attributes)}`}
        empty={t('nothing')}
      />
    </>
  )
}
