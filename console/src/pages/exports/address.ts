/** What an export can have of the filter of the orders page; the names are those of `GET /v1/orders`. */
const TAKEN = ['status', 'placed_from', 'placed_to']
/** What stands in an address and is no filter of the file. */
const NO_FILTER = ['cursor', 'order', 'action', 'sort', 'limit', 'kind', 'format', 'window']

/** The address of the form, filled in with the filter of a list of orders: exactly these orders where that is possible. */
export function exportOf(list: URLSearchParams): { pathname: string; search: string } {
  const search = new URLSearchParams([...list].filter(([name]) => !NO_FILTER.includes(name)))
  if (!search.has('placed_from') && !search.has('placed_to')) search.set('window', 'all')
  return { pathname: '../exports', search: `?${search}` }
}

/** The filters of the address that an export cannot have. */
export function refusedFilters(search: URLSearchParams): string[] {
  return [...search]
    .filter(([name]) => ![...TAKEN, ...NO_FILTER].includes(name))
    .map(([name, value]) => `${name}=${value}`)
}
