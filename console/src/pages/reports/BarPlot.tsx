import {
  Bar,
  BarChart,
  CartesianGrid,
  Legend,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts'
import { usePreferences } from '../../shell/preferences'
import type { PlotProps } from './Plot'

const LONG = 14
const ROW = 34
/** A line on a light edge: it is seen over a bar as well as beside it. */
const LIMIT_LINE = [
  { stroke: 'var(--surface)', strokeWidth: 6 },
  { stroke: 'var(--late)', strokeWidth: 2 },
]

/** Numbers are drawn here and nowhere read: the table beside a plot has the exact ones. */
export default function BarPlot({ bars, series, horizontal, percent, limit }: PlotProps) {
  const { language } = usePreferences()
  const numbers = new Intl.NumberFormat(
    language,
    percent ? { style: 'percent', maximumFractionDigits: 1 } : { notation: 'compact' },
  )
  const write = (value: unknown) => numbers.format(Number(value))
  const exact = new Intl.NumberFormat(language, percent ? { style: 'percent', maximumFractionDigits: 1 } : {})
  const height = horizontal ? 60 + bars.length * ROW : 280
  const text = { fill: 'var(--text)', fontSize: 12 }
  const values = {
    type: 'number' as const,
    allowDecimals: Boolean(percent),
    tickFormatter: write,
    tick: text,
    stroke: 'var(--quiet)',
  }
  const names = {
    type: 'category' as const,
    dataKey: 'name',
    tick: text,
    stroke: 'var(--quiet)',
    tickFormatter: (name: string) => (horizontal && name.length > LONG ? `${name.slice(0, LONG)}…` : name),
  }
  return (
    <ResponsiveContainer width="100%" height={height}>
      <BarChart
        data={bars}
        layout={horizontal ? 'vertical' : 'horizontal'}
        accessibilityLayer={false}
        margin={{ top: 8, right: 16, bottom: 0, left: 0 }}
      >
        <CartesianGrid stroke="var(--line)" vertical={Boolean(horizontal)} horizontal={!horizontal} />
        {horizontal ? <XAxis {...values} /> : <XAxis {...names} minTickGap={12} />}
        {horizontal ? <YAxis {...names} width={110} interval={0} /> : <YAxis {...values} width={60} />}
        <Tooltip
          formatter={(value) => exact.format(Number(value))}
          cursor={{ fill: 'var(--tint)' }}
          contentStyle={{ background: 'var(--surface)', border: '1px solid var(--line)', color: 'var(--text)' }}
          itemStyle={{ color: 'var(--text)' }}
        />
        {series.length > 1 ? (
          <Legend formatter={(name) => <span style={{ color: 'var(--text)' }}>{name}</span>} />
        ) : null}
        {series.map(({ key, label }, index) => (
          <Bar
            key={key}
            dataKey={key}
            name={label}
            fill={`var(--plot-${index + 1})`}
            isAnimationActive={false}
            maxBarSize={28}
          />
        ))}
        {limit === undefined
          ? null
          : LIMIT_LINE.map((line) => (
              <ReferenceLine
                key={line.stroke}
                {...(horizontal ? { x: limit } : { y: limit })}
                {...line}
                ifOverflow="extendDomain"
              />
            ))}
      </BarChart>
    </ResponsiveContainer>
  )
}
