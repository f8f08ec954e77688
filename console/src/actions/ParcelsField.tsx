import { Button } from 'antd'
import { useWords } from '../words/useWords'
import { CarrierInput } from './CarrierInput'
import { FieldFrame } from './FieldFrame'
import { errorsOf, type FieldError, type FormContext, type ParcelDraft } from './fields'
import { NEW_PARCEL } from './values'
import { WORDS } from './words'

interface Props {
  value: ParcelDraft[]
  onChange: (value: ParcelDraft[]) => void
  errors: readonly FieldError[]
  pointer: string
  context: FormContext
}

const TEXTS = [
  { name: 'carrier', label: 'carrier', required: true },
  { name: 'tracking_no', label: 'trackingNo', required: true },
  { name: 'tracking_url', label: 'trackingUrl', required: false },
] as const

/** Parcels of one shipment. One parcel may take everything that is left; several say which pieces each has. */
export function ParcelsField({ value, onChange, errors, pointer, context }: Props) {
  const t = useWords(WORDS)
  const open = (context.lines ?? [])
    .map((line) => ({ ...line, left: line.quantity - line.shipped - line.refunded }))
    .filter(({ left }) => left > 0)
  const all = Object.fromEntries(open.map(({ line_id, left }) => [line_id, String(left)]))
  const none = Object.fromEntries(open.map(({ line_id }) => [line_id, '0']))
  const several = value.length > 1
  const set = (index: number, part: Partial<ParcelDraft>) =>
    onChange(value.map((each, n) => (n === index ? { ...each, ...part } : each)))
  return (
    <>
      {value.map((parcel, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parcels that are typed have no name yet but their place
        <fieldset key={index} className="parcel-draft">
          <legend>
            {t('parcel')} {several ? index + 1 : ''}
          </legend>
          {TEXTS.map(({ name, label, required }) => (
            <FieldFrame
              key={name}
              label={t(label)}
              required={required}
              errors={errorsOf(errors, `${pointer}/${index}/${name}`)}
            >
              {(control) =>
                name === 'carrier' ? (
                  <CarrierInput
                    control={control}
                    value={parcel[name]}
                    onChange={(carrier) => set(index, { carrier })}
                  />
                ) : (
                  <input
                    {...control}
                    value={parcel[name]}
                    autoComplete="off"
                    onChange={(event) => set(index, { [name]: event.target.value })}
                  />
                )
              }
            </FieldFrame>
          ))}
          {open.length && !several ? (
            <label className="check-line">
              <input
                type="checkbox"
                checked={parcel.pieces === null}
                onChange={(event) => set(index, { pieces: event.target.checked ? null : all })}
              />
              {t('everything')}
            </label>
          ) : null}
          {parcel.pieces ? (
            <ul className="pieces">
              {open.map(({ line_id, title, sku, product_id, left }) => (
                <li key={line_id}>
                  <span>
                    {title ?? sku ?? product_id} <small className="quiet">{t('left', { n: left })}</small>
                  </span>
                  <input
                    inputMode="numeric"
                    aria-label={t('pieces', { name: title ?? sku ?? product_id })}
                    value={parcel.pieces?.[line_id] ?? '0'}
                    onChange={(event) => set(index, { pieces: { ...parcel.pieces, [line_id]: event.target.value } })}
                  />
                </li>
              ))}
            </ul>
          ) : null}
          {errorsOf(errors, `${pointer}/${index}/lines`).map(({ pointer: at, message }) => (
            <p key={at + message} className="field-error" role="alert">
              {message}
            </p>
          ))}
          {several ? (
            <Button
              size="small"
              onClick={() => onChange(value.filter((_, n) => n !== index))}
              aria-label={`${t('removeParcel')} ${index + 1}`}
            >
              {t('removeParcel')}
            </Button>
          ) : null}
        </fieldset>
      ))}
      {open.length ? (
        <Button
          size="small"
          onClick={() =>
            onChange([
              ...value.map((each) => ({ ...each, pieces: each.pieces ?? all })),
              { ...NEW_PARCEL, pieces: none },
            ])
          }
        >
          {t('addParcel')}
        </Button>
      ) : null}
    </>
  )
}
