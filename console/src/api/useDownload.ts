import { useMutation } from '@tanstack/react-query'
import { type Api, useApi } from './client'

/**
 * Asks the API for a link to a file and follows it as a plain link: the browser saves the file, whatever its size, and
 * the page never holds it.
 */
export function useDownload<Input>(link: (api: Api, input: Input) => Promise<{ data?: { url: string } }>) {
  const api = useApi()
  return useMutation({
    mutationFn: async (input: Input) => {
      const { data } = await link(api, input)
      if (data) save(data.url)
    },
  })
}

/** `name` is for a link that has none of its own, such as `blob:`. */
export function save(url: string, name = ''): void {
  const anchor = document.createElement('a')
  anchor.href = url
  anchor.download = name
  anchor.rel = 'noreferrer'
  document.body.append(anchor)
  anchor.click()
  anchor.remove()
}
