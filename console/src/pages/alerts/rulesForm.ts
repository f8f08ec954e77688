import type { components } from '../../api/types'

type Rules = components['schemas']['AlertRulesView']
type Body = components['schemas']['AlertRulesBody']

/** The rules as a form holds them: an hour as a text, countries as one text. */
export interface RulesForm {
  leads: Record<string, string[]>
  quiet: boolean
  start: string
  end: string
  digest_hour: string
  unanswered_after: string
  enabled: boolean
  after: string
  template_id: string
  exempt_countries: string
}

export function formOf(rules: Rules): RulesForm {
  const { quiet_hours, digest_hour, unanswered_after, remind_payment } = rules
  return {
    leads: rules.leads,
    quiet: quiet_hours !== null,
    start: quiet_hours?.start ?? '22:00',
    end: quiet_hours?.end ?? '08:00',
    digest_hour: digest_hour === null ? '' : String(digest_hour),
    unanswered_after,
    enabled: remind_payment.enabled,
    after: remind_payment.after,
    template_id: remind_payment.template_id ?? '',
    exempt_countries: remind_payment.exempt_countries.join(', '),
  }
}

export function bodyOf(form: RulesForm): Body {
  const countries = form.exempt_countries.split(/[\s,，]+/).filter(Boolean)
  return {
    leads: form.leads,
    quiet_hours: form.quiet ? { start: form.start, end: form.end } : null,
    digest_hour: form.digest_hour === '' ? null : Number(form.digest_hour),
    unanswered_after: form.unanswered_after,
    remind_payment: {
      enabled: form.enabled,
      after: form.after,
      template_id: form.template_id || null,
      exempt_countries: countries.map((country) => country.toUpperCase()),
    },
  }
}
