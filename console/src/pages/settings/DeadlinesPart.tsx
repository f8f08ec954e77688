import { useCodeParts, useCodes } from '../../api/codes'
import type { components, Store } from '../../api/types'
import { Facts } from '../../parts/Facts'
import { FormFields } from '../../parts/fields/FormFields'
import type { Field } from '../../parts/fields/field'
import { useDurationWords } from '../../parts/fields/useDurationWords'
import { Loading } from '../../parts/Loading'
import { useWords } from '../../words/useWords'
import { SettingsForm } from './SettingsForm'
import { useSettings, useStoreSettings } from './useSettings'
import { WORDS } from './words'

type Policy = Record<string, string>

/** The one timer that counts whole business days. */
const IN_BUSINESS_DAYS = 'shipment'

export default function DeadlinesPart() {
  const { store, isKnown, mayChange } = useStoreSettings()
  if (!store || !isKnown) return <Loading />
  if (!mayChange) return <PolicyFacts policy={store.deadline_policy} />
  return <PolicyForm store={store} />
}

function useModes() {
  return useCodeParts('deadline_modes').deadline_modes ?? []
}

/** The names of what the policy has lengths of: the timers, and one that is none of its own. */
function useTimerLabels() {
  const t = useWords(WORDS)
  const timers = useCodes('timer')
  return (name: string) =>
    timers.find(({ code }) => code === name)?.label ?? (name === 'receipt_after_delivery' ? t('afterDelivery') : name)
}

function PolicyForm({ store }: { store: Store }) {
  const t = useWords(WORDS)
  const labelOf = useTimerLabels()
  const modes = useModes()
  const written = useDurationWords()
  const settings = useSettings<Policy>(
    'deadlines',
    store,
    ({ deadline_policy }) => deadline_policy,
    (policy) => ({ deadline_policy: policy as components['schemas']['PolicyBody'] }),
  )
  const { form, change, save } = settings
  const lengths: Field[] = Object.keys(store.deadline_policy)
    .filter((name) => name !== 'mode')
    .map((name) => ({
      name,
      label: labelOf(name),
      kind: name === IN_BUSINESS_DAYS ? 'days' : 'duration',
      required: true,
    }))
  return (
    <SettingsForm
      settings={settings}
      labels={{ mode: t('mode'), ...Object.fromEntries(lengths.map(({ name, label }) => [name, label])) }}
      said={(name, value) =>
        name === 'mode' ? (modes.find(({ code }) => code === value)?.label ?? '') : written(String(value))
      }
    >
      <section className="card">
        <h2>{t('mode')}</h2>
        <FormFields
          fields={[
            {
              name: 'mode',
              label: t('mode'),
              kind: 'choice',
              required: true,
              options: modes,
              hint: t(form.mode === 'watch' ? 'watchHint' : 'enforceHint'),
            },
          ]}
          values={form}
          onChange={change}
          error={save.error}
        />
      </section>
      <section className="card lengths">
        <h2>{t('lengths')}</h2>
        <p className="quiet">{t('lengthsHint')}</p>
        <FormFields fields={lengths} values={form} onChange={change} error={save.error} />
      </section>
    </SettingsForm>
  )
}

function PolicyFacts({ policy: { mode, ...lengths } }: { policy: Policy }) {
  const t = useWords(WORDS)
  const labelOf = useTimerLabels()
  const modes = useModes()
  const written = useDurationWords()
  return (
    <section className="card">
      <p className="quiet">{t('readOnly')}</p>
      <Facts
        rows={{
          [t('mode')]: modes.find(({ code }) => code === mode)?.label,
          ...Object.fromEntries(Object.entries(lengths).map(([name, iso]) => [labelOf(name), written(iso)])),
        }}
      />
    </section>
  )
}
