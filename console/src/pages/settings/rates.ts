/** A share as a decimal string (`0.05`) and as per cent (`5`), without a float between them. */
export function percentOf(share: string): string {
  return shifted(share, 2)
}

export function shareOf(percent: string): string {
  return shifted(percent.trim().replace(',', '.'), -2)
}

/** The decimal point, moved to the right. What is no number stays as it is: the API says so. */
function shifted(text: string, places: number): string {
  const found = /^(\d*)\.?(\d*)$/.exec(text)
  if (!found || !text) return text
  const [, whole = '', decimals = ''] = found
  const digits = `00${whole}${decimals.padEnd(Math.max(decimals.length, places), '0')}`
  const point = digits.length - Math.max(decimals.length, places) + places
  const left = digits.slice(0, point).replace(/^0+(?=\d)/, '') || '0'
  const right = digits.slice(point).replace(/0+$/, '')
  return right ? `${left}.${right}` : left
}
