/** A tracking sheet that was pasted as text: lines with tabs, commas or semicolons between the cells. */
export interface PastedSheet {
  headings: string[] | null
  rows: string[][]
}

/** In this order: a cell that was copied from a spreadsheet may hold commas. A sign of an input method for Chinese counts. */
const SEPARATORS = [/\t/, /[;；]/, /[,，]/]
const HEADINGS = ['Order no.', 'Carrier', 'Tracking no.', 'Pieces', 'Tracking link']

export function read(text: string): PastedSheet {
  const lines = text.split(/\r?\n/).filter((line) => line.trim())
  const separator = SEPARATORS.find((each) => lines.some((line) => each.test(line))) ?? /\s+/
  const cells = lines.map((line) => line.split(separator).map((cell) => cell.trim()))
  // A line that names columns has no number in it, which every line of a parcel has.
  const first = cells[0]
  if (first && !/\d/.test(first.join(''))) return { headings: first, rows: cells.slice(1) }
  return { headings: null, rows: cells.map(withCarrier) }
}

/** An order number and a tracking number alone: the number may tell the carrier. */
function withCarrier(row: string[]): string[] {
  const [order = '', number = ''] = row
  return row.length === 2 ? [order, '', number] : row
}

/** The sheet as a .csv file, as the import of tracking numbers takes it. */
export function fileOf({ headings, rows }: PastedSheet, name: string): File {
  const lines = [headings ?? HEADINGS, ...rows].map((row) => row.map(quoted).join(','))
  return new File([`\ufeff${lines.join('\r\n')}\r\n`], name, { type: 'text/csv' })
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}
