import { useCodeParts } from '../../api/codes'
import type { Store } from '../../api/types'
import { Facts } from '../../parts/Facts'
import { FormFields } from '../../parts/fields/FormFields'
import type { Field } from '../../parts/fields/field'
import { Loading } from '../../parts/Loading'
import { usePreferences } from '../../shell/preferences'
import { useWords } from '../../words/useWords'
import { Holidays } from './Holidays'
import { percentOf, shareOf } from './rates'
import { SettingsForm } from './SettingsForm'
import { useSettings, useStoreSettings } from './useSettings'
import { WORDS } from './words'

const WEEK = [1, 2, 3, 4, 5, 6, 7]
/** A Monday: the names of weekdays come from the browser. */
const MONDAY = Date.UTC(2024, 0, 1)
const DAY = 86_400_000

/** The measures of the marketplace that a store can set a limit for. */
const LIMITED = ['on_time_shipment', 'transaction_non_fulfilment', 'cancellation', 'dispute'] as const

function formOf({ name, time_zone, currency, business_days, holidays, fee_rates, service_limits }: Store) {
  return {
    name,
    time_zone,
    currency,
    business_days: business_days.map(String),
    holidays,
    commission: percentOf(fee_rates.commission ?? '0'),
    affiliate: percentOf(fee_rates.affiliate ?? '0'),
    ...Object.fromEntries(LIMITED.map((measure) => [measure, percentOf(service_limits[measure] ?? '')])),
  }
}
type Form = ReturnType<typeof formOf>

function changeOf({ name, time_zone, currency, holidays, commission, affiliate, business_days, ...limits }: Form) {
  const given = limits as Record<string, string>
  return {
    name,
    time_zone,
    currency,
    holidays,
    business_days: business_days.map(Number),
    fee_rates: { commission: shareOf(commission), affiliate: shareOf(affiliate) },
    service_limits: Object.fromEntries(LIMITED.map((measure) => [measure, shareOf(given[measure] ?? '') || null])),
  }
}

export default function StorePart() {
  const { store, isKnown, mayChange } = useStoreSettings()
  if (!store || !isKnown) return <Loading />
  if (!mayChange) return <StoreFacts store={store} />
  return <StoreForm store={store} />
}

function useFields(store: Store): { about: Field[]; fees: Field[]; limits: Field[] } {
  const t = useWords(WORDS)
  const { language } = usePreferences()
  const codes = useCodeParts('time_zones', 'currencies')
  const currencies = (codes.currencies ?? []).filter(({ last_day }) => !last_day).map(({ code }) => code)
  const names = new Intl.DisplayNames(language, { type: 'currency' })
  const weekday = new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' })
  const withOwn = (codes: string[], own: string) => [...new Set([own, ...codes])].sort()
  return {
    about: [
      { name: 'name', label: t('name'), kind: 'text', required: true },
      {
        name: 'time_zone',
        label: t('zone'),
        kind: 'choice',
        required: true,
        hint: t('zoneHint'),
        options: withOwn(codes.time_zones ?? [], store.time_zone).map((code) => ({ code, label: code })),
      },
      {
        name: 'currency',
        label: t('currency'),
        kind: 'choice',
        required: true,
        hint: t('currencyHint'),
        options: withOwn(currencies, store.currency).map((code) => ({
          code,
          label: `${code} · ${names.of(code)}`,
        })),
      },
      {
        name: 'business_days',
        label: t('businessDays'),
        kind: 'several',
        options: WEEK.map((day) => ({ code: String(day), label: weekday.format(MONDAY + (day - 1) * DAY) })),
      },
    ],
    fees: [
      { name: 'commission', label: t('commission'), kind: 'text', required: true },
      { name: 'affiliate', label: t('affiliate'), kind: 'text', required: true },
    ],
    limits: LIMITED.map((name) => ({ name, label: t(name), kind: 'text' })),
  }
}

function StoreForm({ store }: { store: Store }) {
  const t = useWords(WORDS)
  const fields = useFields(store)
  const settings = useSettings('store', store, formOf, changeOf)
  const { form, change, save } = settings
  const named = [...fields.about, ...fields.fees, ...fields.limits].map(({ name, label }) => [name, label])
  const days = fields.about.at(-1)?.options ?? []
  return (
    <SettingsForm
      settings={settings}
      labels={{ ...Object.fromEntries(named), holidays: t('holidays') }}
      said={(name, value) =>
        [value]
          .flat()
          .map((each) => (name === 'business_days' ? days.find(({ code }) => code === each)?.label : each))
          .join(', ')
      }
    >
      <section className="card">
        <h2>{t('store')}</h2>
        <FormFields fields={fields.about} values={form} onChange={change} error={save.error} />
      </section>
      <section className="card">
        <h2>{t('holidays')}</h2>
        <p className="quiet">{t('holidaysHint')}</p>
        <Holidays days={form.holidays} onChange={(holidays) => change({ ...form, holidays })} />
      </section>
      <section className="card">
        <h2>{t('fees')}</h2>
        <p className="quiet">{t('feesHint')}</p>
        <FormFields fields={fields.fees} values={form} onChange={change} error={save.error} />
      </section>
      <section className="card">
        <h2>{t('limits')}</h2>
        <p className="quiet">{t('limitsHint')}</p>
        <FormFields fields={fields.limits} values={form} onChange={change} error={save.error} />
      </section>
    </SettingsForm>
  )
}

function StoreFacts({ store }: { store: Store }) {
  const t = useWords(WORDS)
  const { about, limits } = useFields(store)
  const form = formOf(store)
  const days = about.at(-1)?.options?.filter(({ code }) => form.business_days.includes(code))
  return (
    <section className="card">
      <p className="quiet">{t('readOnly')}</p>
      <Facts
        rows={{
          [t('id')]: store.store_id,
          [t('name')]: form.name,
          [t('zone')]: form.time_zone,
          [t('currency')]: form.currency,
          [t('businessDays')]: days?.map(({ label }) => label).join(', '),
          [t('holidays')]: form.holidays.join(', ') || t('noHolidays'),
          [t('commission')]: form.commission,
          [t('affiliate')]: form.affiliate,
          ...Object.fromEntries(
            limits.map(({ name, label }) => [label, (form as Record<string, unknown>)[name] as string]),
          ),
        }}
      />
    </section>
  )
}
