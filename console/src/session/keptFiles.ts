/**
 * Files that a person has chosen in this tab and not sent: a reload or a lost session does not lose them. They are in the
 * browser's own database, because the storage of a tab holds texts alone, and go after a day or with a sign-out.
 */
export interface KeptFile {
  id: string
  file: File
}

interface Entry extends KeptFile {
  /** The tab and the form. */
  form: string
  at: number
}

const DATABASE = 'orderkeep'
const FILES = 'files'
const DAY = 86_400_000

function answered<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

async function within<Result>(mode: IDBTransactionMode, act: (files: IDBObjectStore) => IDBRequest<Result>) {
  const opening = indexedDB.open(DATABASE, 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore(FILES, { keyPath: 'id' })
  const database = await answered(opening)
  try {
    const transaction = database.transaction(FILES, mode)
    const request = act(transaction.objectStore(FILES))
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve()
      transaction.onabort = () => reject(transaction.error)
    })
    return request.result
  } finally {
    database.close()
  }
}

function inThisTab(name: string): string {
  const tab = sessionStorage.getItem('tab') ?? crypto.randomUUID()
  sessionStorage.setItem('tab', tab)
  return `${tab}:${name}`
}

/** The files of a form, in the order in which they were chosen. */
export async function keptFiles(name: string): Promise<KeptFile[]> {
  const entries: Entry[] = await within('readonly', (files) => files.getAll())
  const form = inThisTab(name)
  const old = entries.filter(({ at }) => at < Date.now() - DAY)
  await Promise.all(old.map(({ id }) => dropFile(id)))
  return entries.filter((entry) => entry.form === form && !old.includes(entry)).sort((a, b) => a.at - b.at)
}

export function keepFile(name: string, { id, file }: KeptFile): Promise<unknown> {
  const entry: Entry = { id, file, form: inThisTab(name), at: Date.now() }
  return within('readwrite', (files) => files.put(entry))
}

export function dropFile(id: string): Promise<unknown> {
  return within('readwrite', (files) => files.delete(id))
}

export function dropAllFiles(): void {
  indexedDB.deleteDatabase(DATABASE)
}
