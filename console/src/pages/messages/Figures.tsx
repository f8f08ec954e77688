import type { ReactNode } from 'react'
import type { components } from '../../api/types'
import { Share } from '../../parts/Share'
import { useWords } from '../../words/useWords'
import { WORDS } from './words'

type FiguresView = components['schemas']['FiguresView']
type Replies = FiguresView['replies'][number]
const HOUR = 60

function Minutes({ value }: { value: number | null }) {
  const t = useWords(WORDS)
  if (value === null) return '–'
  return value < HOUR ? t('minutes', { n: value }) : t('hours', { n: Math.round(value / HOUR) })
}

const MEASURES: { name: keyof typeof WORDS; value: (replies: Replies) => ReactNode }[] = [
  { name: 'average', value: ({ average_minutes }) => <Minutes value={average_minutes} /> },
  { name: 'within', value: ({ within_24h }) => <Share value={within_24h} /> },
  { name: 'replies', value: ({ replies }) => replies },
]

/** How quickly the store answers its buyers, over each time that the API reports. */
export function Figures({ figures }: { figures: FiguresView | undefined }) {
  const t = useWords(WORDS)
  if (!figures) return null
  return (
    <dl className="cards reply-figures">
      {MEASURES.map(({ name, value }) => (
        <div key={name} className="card">
          <dt className="quiet">{t(name)}</dt>
          {figures.replies.map((replies) => (
            <dd key={replies.days}>
              <strong>{value(replies)}</strong> <small className="quiet">{t('days', { n: replies.days })}</small>
            </dd>
          ))}
        </div>
      ))}
    </dl>
  )
}
