import type { Money } from '../../api/types'

/** The exact sum of two amounts of one currency: their decimals are as many. */
export function plus(one: Money | undefined, other: Money | undefined): Money | undefined {
  if (!one || !other) return one ?? other
  const digits = one.amount.split('.')[1]?.length ?? 0
  const sum = minor(one.amount) + minor(other.amount)
  const text = String(sum < 0n ? -sum : sum).padStart(digits + 1, '0')
  const whole = digits ? `${text.slice(0, -digits)}.${text.slice(-digits)}` : text
  return { amount: sum < 0n ? `-${whole}` : whole, currency: one.currency }
}

function minor(amount: string): bigint {
  return BigInt(amount.replace('.', ''))
}
