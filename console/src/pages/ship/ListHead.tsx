import { Button, Flex } from 'antd'
import { type ReactNode, useState } from 'react'
import { Link } from 'react-router'
import { useCodeParts } from '../../api/codes'
import { useRole, useStore } from '../../api/queries'
import { useMoment } from '../../parts/times'
import { useWords } from '../../words/useWords'
import { WORDS } from './words'

/** What stands over a list for paper: whose it is and of when, and how to print or export it. */
export function ListHead({
  title,
  orders,
  kind,
  children,
}: {
  title: string
  orders: number
  /** The kind of export that holds the same list. */
  kind: string
  children?: ReactNode
}) {
  const t = useWords(WORDS)
  const format = useMoment()
  const store = useStore()
  const role = useRole()
  const kinds = useCodeParts('export_kinds').export_kinds
  const isExported = role && role !== 'viewer' && kinds?.some(({ code }) => code === kind)
  const [now] = useState(() => new Date().toISOString())
  return (
    <>
      <h2>
        {title} · {store?.name}
      </h2>
      <p>
        {t('ofOrders', { n: orders })} · {t('asOf', { time: format(now, true) })}
      </p>
      <Flex className="no-print list-tools" gap="small" align="center" wrap>
        <Button type="primary" onClick={() => print()}>
          {t('print')}
        </Button>
        {isExported ? <Link to={`../exports?kind=${kind}`}>{t('toExport')}</Link> : null}
        {children}
      </Flex>
    </>
  )
}
