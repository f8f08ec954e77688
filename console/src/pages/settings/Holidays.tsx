import { Button } from 'antd'
import { useState } from 'react'
import { dayAfter } from '../../parts/fields/days'
import { FormFields } from '../../parts/fields/FormFields'
import { useWords } from '../../words/useWords'
import { WORDS } from './words'

const UNCHOSEN = { from: '', to: '' }
const MOST_AT_ONCE = 60

/** Days off: one day or several in a row are added at once; they stand by year. */
export function Holidays({ days, onChange }: { days: string[]; onChange: (days: string[]) => void }) {
  const t = useWords(WORDS)
  const [span, setSpan] = useState(UNCHOSEN)
  const years = [...new Set(days.map((day) => day.slice(0, 4)))].sort()
  function add() {
    const added: string[] = []
    const last = span.to || span.from
    for (let day = span.from; day <= last && added.length < MOST_AT_ONCE; day = dayAfter(day, 1)) added.push(day)
    onChange([...new Set([...days, ...added])].sort())
    setSpan(UNCHOSEN)
  }
  return (
    <>
      {years.map((year) => (
        <div key={year} className="holidays">
          <strong>{year}</strong>
          {days
            .filter((day) => day.startsWith(year))
            .map((day) => (
              <Button
                key={day}
                size="small"
                aria-label={t('removeDay', { day })}
                onClick={() => onChange(days.filter((each) => each !== day))}
              >
                {day.slice(5)} ✕
              </Button>
            ))}
          <Button size="small" type="link" onClick={() => onChange(days.filter((day) => !day.startsWith(year)))}>
            {t('removeYear', { year })}
          </Button>
        </div>
      ))}
      {years.length ? null : <p>{t('noHolidays')}</p>}
      <div className="span">
        <FormFields
          fields={[
            { name: 'from', label: t('from'), kind: 'day' },
            { name: 'to', label: t('to'), kind: 'day' },
          ]}
          values={span}
          onChange={setSpan}
        />
        <Button disabled={!span.from} onClick={add}>
          {t('add')}
        </Button>
      </div>
    </>
  )
}
