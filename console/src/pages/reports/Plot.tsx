import { lazy, Suspense } from 'react'
import { Loading } from '../../parts/Loading'
import './reports.css'

const BarPlot = lazy(() => import('./BarPlot'))

export interface PlotProps {
  /** One group of bars each: its name, and a number for each series. */
  bars: { name: string; [series: string]: string | number }[]
  series: { key: string; label: string }[]
  horizontal?: boolean
  percent?: boolean
  /** A line that the bars are compared with. */
  limit?: number
}

/** A plot is for the eye alone: the same figures stand in a table beside it, for everybody else and for copying. */
export function Plot({ caption, ...plot }: PlotProps & { caption: string }) {
  return (
    <figure className="plot card">
      <figcaption>{caption}</figcaption>
      <div aria-hidden="true">
        <Suspense fallback={<Loading />}>
          <BarPlot {...plot} />
        </Suspense>
      </div>
    </figure>
  )
}
