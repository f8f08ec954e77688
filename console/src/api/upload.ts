import { Problem } from './problem'
import type { components } from './schema'

type Form = components['schemas']['UploadView']

/**
 * Sends a file to the bucket with the form that the API gave. The form is the permission: no token goes with it.
 * `onPart` takes the part that has been sent, from 0 to 1.
 */
export function upload({ url, fields }: Form, file: File, onPart: (part: number) => void): Promise<void> {
  const body = new FormData()
  for (const [name, value] of Object.entries(fields)) body.append(name, value)
  body.append('file', file)
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.upload.onprogress = ({ loaded, total }) => onPart(total ? loaded / total : 0)
    request.onerror = () => reject(new TypeError('The upload did not reach the bucket.'))
    request.onload = () => {
      if (request.status < 300) resolve()
      else reject(new Problem(request.status, { code: 'upload_refused', detail: reasonIn(request.responseText) }, null))
    }
    request.open('POST', url)
    request.send(body)
  })
}

/** The bucket's own words: an XML document with a `Message`. */
function reasonIn(answer: string): string | undefined {
  return /<Message>([^<]*)<\/Message>/.exec(answer)?.[1]
}
