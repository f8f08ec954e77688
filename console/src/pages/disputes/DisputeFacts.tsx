import type { ListedDispute } from '../../api/types'
import { Amount } from '../../parts/Amount'
import { Facts } from '../../parts/Facts'
import { Moment } from '../../parts/Moment'
import { useWords } from '../../words/useWords'
import { RespondBy } from './RespondBy'
import { DISPUTE_WORDS } from './words'

/** What a dispute is about, where it is, and what happens next. */
export function DisputeFacts({ dispute }: { dispute: ListedDispute }) {
  const t = useWords(DISPUTE_WORDS)
  const at = (moment: string | undefined) => moment && <Moment at={moment} />
  return (
    <Facts
      rows={{
        [t('stage')]: <strong>{dispute.stage_label}</strong>,
        [t('answerBy')]: dispute.respond_by && <RespondBy dispute={dispute} />,
        [t('kind')]: dispute.kind_label,
        [t('claim')]: dispute.claim && <Amount value={dispute.claim} />,
        [t('solution')]: dispute.solution_label,
        [t('opened')]: at(dispute.opened_at),
        [t('returnCarrier')]: dispute.return_carrier,
        [t('returnTracking')]: dispute.return_tracking_no,
        [t('returnedAt')]: at(dispute.returned_at),
        [t('returnAddress')]: dispute.return_address && Object.values(dispute.return_address).join(', '),
        [t('ended')]: at(dispute.ended_at),
        [t('result')]: dispute.result_label,
      }}
    />
  )
}
