import { useId } from 'react'
import { useCodes } from '../api/codes'
import type { ControlProps } from './FieldFrame'

/** A carrier: one that the API knows, proposed by its name, or any other text. */
export function CarrierInput(props: { control: ControlProps; value: string; onChange: (value: string) => void }) {
  const { control, value, onChange } = props
  const list = useId()
  const carriers = useCodes('carrier')
  return (
    <>
      <input
        {...control}
        list={list}
        autoComplete="off"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id={list}>
        {carriers.map(({ code, label }) => (
          <option key={code} value={code} label={label} />
        ))}
      </datalist>
    </>
  )
}
