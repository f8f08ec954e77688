import { Button } from 'antd'
import { type ReactNode, useEffect, useId, useState } from 'react'
import { useSearchParams } from 'react-router'
import { useStore } from '../../api/queries'
import { useWords } from '../../words/useWords'
import { useAddressChange } from '../useAddressChange'
import { Control } from './Control'
import { dayAfter, dayIn, startOf } from './days'
import type { Field, FieldValue } from './field'
import { WORDS } from './words'
import './fields.css'

/** A filter of a list: `name` is the API's parameter, and that of the address. */
export interface Filter extends Field {
  /** The parameter is a moment: a day stands for its beginning in the store's zone. */
  moment?: boolean
  /** The parameter is where a window ends, which the window does not hold: a person names the last day in it. */
  last?: boolean
  /** The parameters that go from the address when this one is set: the list cannot be asked with both. */
  instead?: readonly string[]
  /** The parameters that this one needs beside it, with their values. */
  together?: Readonly<Record<string, string>>
}

/** The filters of a list, kept in the address. A change goes back to the first page. */
export function AddressFilters({ filters }: { filters: Filter[] }) {
  const t = useWords(WORDS)
  const id = useId()
  const zone = useStore()?.time_zone ?? ''
  const [search] = useSearchParams()
  const changeAddress = useAddressChange()

  function set(filter: Filter, value: FieldValue) {
    changeAddress((next) => {
      for (const name of ['cursor', ...((value && filter.instead) || [])]) next.delete(name)
      const text = written(filter, value, zone)
      if (text) next.set(filter.name, text)
      else next.delete(filter.name)
      for (const [name, needed] of text ? Object.entries(filter.together ?? {}) : []) next.set(name, needed)
    })
  }
  /** A day can be written as a moment only in a zone that is known. */
  const isReady = ({ moment }: Filter) => !moment || zone !== ''
  const isSet = filters.some(({ name }) => search.has(name))
  return (
    <search className="toolbar filters" aria-label={t('filters')}>
      {filters.filter(isReady).map((filter) => (
        <FilterFrame key={filter.name} filter={filter} id={`${id}-${filter.name}`}>
          <FilterControl
            filter={filter}
            id={`${id}-${filter.name}`}
            value={read(filter, search.get(filter.name), zone)}
            onChange={(value) => set(filter, value)}
          />
        </FilterFrame>
      ))}
      {isSet ? (
        <Button
          size="small"
          onClick={() =>
            changeAddress((next) => {
              for (const name of ['cursor', ...filters.map((filter) => filter.name)]) next.delete(name)
            })
          }
        >
          {t('clear')}
        </Button>
      ) : null}
    </search>
  )
}

function FilterFrame({ filter, id, children }: { filter: Filter; id: string; children: ReactNode }) {
  if (filter.kind === 'several')
    return (
      <fieldset className="filter several">
        <legend>{filter.label}</legend>
        {children}
      </fieldset>
    )
  return (
    <span className="filter">
      <label htmlFor={id}>{filter.label}</label>
      {children}
    </span>
  )
}

/** A text takes effect when it is left, or with Enter; a day as soon as its year is whole; any other choice at once. */
function FilterControl({
  filter,
  id,
  value,
  onChange,
}: {
  filter: Filter
  id: string
  value: FieldValue
  onChange: (value: FieldValue) => void
}) {
  const [typed, setTyped] = useState(value)
  const inAddress = JSON.stringify(value)
  useEffect(() => setTyped(JSON.parse(inAddress)), [inAddress])
  const isTyped = filter.kind === 'text' || filter.kind === 'day'
  const isDone = (next: FieldValue) => !isTyped || (filter.kind === 'day' && /^(2\d{3}-.*)?$/.test(String(next)))
  function commit() {
    if (isTyped && typed !== value) onChange(typed)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Enter in the control inside takes effect, as it does in a form
    <span
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit()
      }}
    >
      <Control
        field={filter}
        id={id}
        value={typed}
        onChange={(next) => {
          setTyped(next)
          if (isDone(next)) onChange(next)
        }}
      />
    </span>
  )
}

function written({ kind, moment, last }: Filter, value: FieldValue, zone: string): string {
  if (kind === 'mark') return value ? 'true' : ''
  if (kind !== 'day' || !value) return String(value)
  const day = last ? dayAfter(String(value), 1) : String(value)
  return moment ? startOf(day, zone) : day
}

export function read({ kind, moment, last }: Filter, text: string | null, zone: string): FieldValue {
  if (kind === 'mark') return text === 'true'
  if (kind === 'several') return text ? text.split(',') : []
  if (kind !== 'day' || !text) return text ?? ''
  if (!moment) return last ? dayAfter(text, -1) : text
  const at = Date.parse(text) - (last ? 1 : 0)
  return Number.isNaN(at) ? '' : dayIn(new Date(at).toISOString(), zone)
}
