import type { Import } from '../../api/types'

const UNDER_WAY = ['queued', 'running']

export const isUnderWay = ({ state }: Import) => UNDER_WAY.includes(state)
export const isOpen = (job: Import) => isUnderWay(job) || job.state === 'awaiting_upload'
/** Rows that take effect, or would. */
export const effective = ({ counts }: Import) => counts.created + counts.updated
/** What the picker offers; the API reads the file itself, whatever its name. */
export const FILES = '.xls,.xlsx,.csv,.txt,.tsv'
