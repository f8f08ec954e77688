/** The order that is open stands in the address beside the list under it: `?order=…`. */
export function openOrder(orderId: string): { search: string } {
  const search = new URLSearchParams(location.search)
  search.set('order', orderId)
  return { search: `?${search}` }
}
