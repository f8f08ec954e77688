import type { Export } from '../../api/types'

const UNDER_WAY = ['queued', 'running']
/** Those that may be run again, and from the file that failed. */
const ENDED_EARLY = ['failed', 'cancelled', 'expired']

export const isUnderWay = ({ state }: Export) => UNDER_WAY.includes(state)
export const canRunAgain = ({ state }: Export) => ENDED_EARLY.includes(state)
