import type { Words } from '../../words/language'

export const WORDS = {
  title: ['To do', '待办'],
} satisfies Words
