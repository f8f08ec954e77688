import type { Option } from '../../parts/fields/field'
import { usePreferences } from '../../shell/preferences'

const CHOICES = {
  export_kind: {
    orders: ['Orders', '订单'],
    lines: ['Order lines', '订单明细'],
    shipments: ['Shipment list', '发货单'],
    funds: ['Funds', '资金明细'],
    customers: ['Customers', '客户'],
  },
  layout: {
    english: ['English', '英文'],
    chinese: ['Chinese', '中文'],
    seller_centre_2016: ['Seller centre, 2016 (26 columns)', '卖家后台 2016（26 列）'],
    seller_centre_2026: ['Seller centre, 2026 (44 columns)', '卖家后台 2026（44 列）'],
  },
} satisfies Record<string, Record<string, [string, string]>>

export function useChoices(kind: keyof typeof CHOICES): Option[] {
  const { language } = usePreferences()
  return Object.entries<[string, string]>(CHOICES[kind]).map(([code, names]) => ({
    code,
    label: names[language === 'en' ? 0 : 1],
  }))
}
