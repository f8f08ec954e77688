import { Alert } from 'antd'
import { useNavigate } from 'react-router'
import { useApi } from '../../api/client'
import { DataTable } from '../../parts/DataTable'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useWords } from '../../words/useWords'
import { openOrder } from '../order/address'
import { COLUMNS } from './columns'
import { WORDS } from './words'

/** What the search box found, the newest first, with what matched. */
export function SearchResults({ q }: { q: string }) {
  const t = useWords(WORDS)
  const navigate = useNavigate()
  const found = useApi().useQuery('get', '/v1/search', { params: { query: { q } } })
  const columns = COLUMNS.map((column) => ({ ...column, title: t(column.title) }))
  const [first, ...others] = columns
  if (found.error) return <ProblemAlert error={found.error} onRetry={found.refetch} />
  return (
    <>
      <p role="status">{found.data ? t('found', { n: found.data.data.length, q }) : null}</p>
      {found.data?.complete === false ? <Alert type="warning" showIcon title={t('incomplete')} /> : null}
      <DataTable
        label={t('title')}
        columns={[
          ...(first ? [first] : []),
          {
            key: 'matched',
            title: t('matched'),
            cell: ({ matched }: NonNullable<typeof found.data>['data'][number]) =>
              matched.map(({ field, field_label, value }) => (
                <span key={field + value} className="block">
                  <small className="quiet">{field_label}</small> <mark>{value}</mark>
                </span>
              )),
          },
          ...others,
        ]}
        rows={found.data?.data}
        rowKey={({ order_id }) => order_id}
        empty={t('nothingFound', { q })}
        onOpen={({ order_id }) => navigate(openOrder(order_id))}
      />
    </>
  )
}
