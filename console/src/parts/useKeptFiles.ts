import { useEffect, useState } from 'react'
import { useStoreId } from '../api/client'
import { dropFile, type KeptFile, keepFile, keptFiles } from '../session/keptFiles'

/** A browser that keeps no files (a private window) holds them while the page is open. */
const ignore = () => {}

/** The files that a person has chosen in a form and not sent; `name` says which form of which thing. */
export function useKeptFiles(name: string) {
  const form = `${useStoreId()}:${name}`
  const [files, setFiles] = useState<readonly KeptFile[]>([])
  useEffect(() => {
    let isShown = true
    keptFiles(form).then((found) => {
      const known = new Set(found.map(({ id }) => id))
      if (isShown) setFiles((before) => [...found, ...before.filter(({ id }) => !known.has(id))])
    }, ignore)
    return () => {
      isShown = false
    }
  }, [form])
  /** The file is shown once it is kept: what a person sees survives a reload. */
  async function add(file: File) {
    const each = { id: crypto.randomUUID(), file }
    await keepFile(form, each).catch(ignore)
    setFiles((before) => [...before.filter(({ id }) => id !== each.id), each])
  }
  function remove(id: string) {
    setFiles((before) => before.filter((each) => each.id !== id))
    dropFile(id).catch(ignore)
  }
  return { files, add, remove }
}
