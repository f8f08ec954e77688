import type { components } from '../../api/types'
import { Share } from '../../parts/Share'
import { useWords } from '../../words/useWords'
import { WORDS } from './words'

type FiguresView = components['schemas']['FiguresView']
const HOUR = 60

/** How quickly the store answers its buyers. */
export function Figures({ figures }: { figures: FiguresView | undefined }) {
  const t = useWords(WORDS)
  if (!figures) return null
  const time = (minutes: number | null) => {
    if (minutes === null) return '–'
    return minutes < HOUR ? t('minutes', { n: minutes }) : t('hours', { n: Math.round(minutes / HOUR) })
  }
  return (
    <dl className="cards reply-figures" aria-label={t('figures')}>
      {figures.replies.flatMap(({ days, replies, average_minutes, within_24h }) => [
        <div key={`average ${days}`} className="card">
          <dt className="quiet">{t('average', { n: days })}</dt>
          <dd>{time(average_minutes)}</dd>
        </div>,
        <div key={`within ${days}`} className="card">
          <dt className="quiet">{t('within', { n: days })}</dt>
          <dd>
            <Share value={within_24h} />
          </dd>
        </div>,
        <div key={`replies ${days}`} className="card">
          <dt className="quiet">{t('replies', { n: days })}</dt>
          <dd>{replies}</dd>
        </div>,
      ])}
    </dl>
  )
}
