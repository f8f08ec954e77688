/** Tracking numbers that are typed or pasted, by order; a carrier only where it differs from the common one. */
export type Numbers = Record<string, { tracking: string; carrier?: string }>

/**
 * Reads pasted lines: order, tracking number; or order, carrier, tracking number. Columns are apart by tabs, commas or
 * semicolons, else by spaces: then a carrier may have spaces, too. A line whose order is not selected is `left`.
 */
export function readLines(text: string, selected: ReadonlySet<string>): { numbers: Numbers; left: string[] } {
  const numbers: Numbers = {}
  const left: string[] = []
  for (const line of text.normalize('NFKC').split('\n')) {
    if (!line.trim()) continue
    const apart = /[\t,;]/.test(line) ? /[\t,;]/ : /\s+/
    const cells = line
      .trim()
      .split(apart)
      .map((cell) => cell.trim().replace(/^["']|["']$/g, ''))
      .filter(Boolean)
    const [order = '', ...others] = cells
    const tracking = others.pop()
    if (tracking && selected.has(order)) numbers[order] = { tracking, carrier: others.join(' ') || undefined }
    else left.push(line.trim())
  }
  return { numbers, left }
}
