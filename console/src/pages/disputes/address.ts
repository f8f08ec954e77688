/** A dispute has its own address: `/stores/…/disputes?dispute=…`. */
export function openDispute(store: string, disputeId: string): string {
  return `/stores/${encodeURIComponent(store)}/disputes?${new URLSearchParams({ dispute: disputeId })}`
}
