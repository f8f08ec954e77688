import { useState } from 'react'
import './picture.css'

/**
 * A small picture of a product, beside its name. It comes from the platform's own host, over https alone, and that host
 * does not learn on which page it stands. One that cannot be had leaves no gap.
 */
export function Picture({ url }: { url: string | undefined }) {
  const [broken, setBroken] = useState(false)
  if (broken || !url?.startsWith('https://')) return null
  return (
    <img
      className="picture"
      src={url}
      alt=""
      width="40"
      height="40"
      loading="lazy"
      referrerPolicy="no-referrer"
      onError={() => setBroken(true)}
    />
  )
}
