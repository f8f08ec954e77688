import { Input, type InputRef } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { useStoreId } from '../api/client'
import { useWords } from '../words/useWords'
import { useShortcuts } from './shortcuts'
import { WORDS } from './words'

/** One box for every kind of term; `GET /v1/search` says what matched. */
export function SearchBox() {
  const t = useWords(WORDS)
  const store = useStoreId()
  const navigate = useNavigate()
  const [search] = useSearchParams()
  const asked = search.get('q') ?? ''
  const [text, setText] = useState(asked)
  const input = useRef<InputRef>(null)
  useEffect(() => setText(asked), [asked])
  useShortcuts({ '/': () => input.current?.focus() })
  return (
    <search className="search">
      <Input.Search
        ref={input}
        value={text}
        allowClear
        aria-label={t('keySearch')}
        placeholder={`${t('keySearch')}  /`}
        onChange={(event) => setText(event.target.value)}
        onSearch={(q) => {
          const query = q.trim() ? `?${new URLSearchParams({ q: q.trim() })}` : ''
          navigate(`/stores/${encodeURIComponent(store)}/orders${query}`)
        }}
      />
    </search>
  )
}
