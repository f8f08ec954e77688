import { Button, Flex } from 'antd'
import { useSearchParams } from 'react-router'
import type { Page } from '../api/types'
import { useWords } from '../words/useWords'
import { WORDS } from './words'

/** The way to the next page. The cursor stands in the address, so that the browser's way back is the way back here. */
export function Pager({ page, shown }: { page: Page | undefined; shown: number }) {
  const t = useWords(WORDS)
  const [search, setSearch] = useSearchParams()
  function go(cursor: string | null) {
    setSearch((before) => {
      const next = new URLSearchParams(before)
      if (cursor) next.set('cursor', cursor)
      else next.delete('cursor')
      return next
    })
    scrollTo({ top: 0 })
  }
  return (
    <Flex className="pager" gap="small" align="center">
      <span>{t('shown', { n: shown })}</span>
      {search.has('cursor') ? <Button onClick={() => go(null)}>{t('previous')}</Button> : null}
      {page?.next_cursor ? <Button onClick={() => go(page.next_cursor)}>{t('next')}</Button> : null}
    </Flex>
  )
}
