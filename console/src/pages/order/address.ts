/**
 * The order that is open stands in the address beside the list under it: `?order=…`, with `action=…` where the form of an
 * action is open.
 */
export function openOrder(orderId: string, action?: string): { search: string } {
  const search = new URLSearchParams(location.search)
  search.set('order', orderId)
  if (action) search.set('action', action)
  else search.delete('action')
  return { search: `?${search}` }
}
