/** The customer who is open stands in the address beside the page under it: `?customer=…`. */
export function openCustomer(buyerId: string): { search: string } {
  const search = new URLSearchParams(location.search)
  search.set('customer', buyerId)
  return { search: `?${search}` }
}

/** A buyer's id as the API's paths have it: an id may have characters that a path cannot. */
export function segmentOf(buyerId: string): string {
  return Array.from(new TextEncoder().encode(buyerId), (byte) => {
    const character = String.fromCharCode(byte)
    return /[A-Za-z0-9_-]/.test(character) ? character : `~${byte.toString(16).padStart(2, '0')}`
  }).join('')
}
