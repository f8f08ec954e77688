/** The conversation that is open stands in the address: `?thread=…`, the number of its order. */
export function openThread(orderId: string | null): { search: string } {
  const search = new URLSearchParams(location.search)
  if (orderId) search.set('thread', orderId)
  else search.delete('thread')
  return { search: `?${search}` }
}
