import { Button, Flex } from 'antd'
import { useSearchParams } from 'react-router'
import type { Page } from '../api/types'
import { useWords } from '../words/useWords'
import { useAddressChange } from './useAddressChange'
import { WORDS } from './words'

/** The way to the next page. The cursor stands in the address, so that the browser's way back is the way back here. */
export function Pager({ page, shown }: { page: Page | undefined; shown: number }) {
  const t = useWords(WORDS)
  const [search] = useSearchParams()
  const changeAddress = useAddressChange()
  function go(cursor: string | null) {
    changeAddress((next) => {
      if (cursor) next.set('cursor', cursor)
      else next.delete('cursor')
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
