import type { Page } from './types'

/** How `useInfiniteQuery` goes from page to page of a list. The first page has no cursor. */
export const BY_CURSOR = {
  pageParamName: 'cursor',
  initialPageParam: null,
  getNextPageParam: ({ page }: { page: Page }) => page.next_cursor,
}
