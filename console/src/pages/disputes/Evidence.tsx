import { useApi } from '../../api/client'
import type { Dispute } from '../../api/types'
import { Loading } from '../../parts/Loading'
import { Moment } from '../../parts/Moment'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useWords } from '../../words/useWords'
import { AddEvidence } from './AddEvidence'
import { DISPUTE_WORDS } from './words'

const LINK_LIVES = 4 * 60_000
const SIDES = new Set(['buyer', 'seller', 'platform'])

/** The evidence of both sides, with previews; new pieces while the API allows it. */
export function Evidence({ dispute }: { dispute: Dispute }) {
  const t = useWords(DISPUTE_WORDS)
  return (
    <>
      {dispute.evidence.length ? (
        <ul className="evidence">
          {dispute.evidence.map((piece) => (
            <Piece key={piece.evidence_id} disputeId={dispute.dispute_id} piece={piece} />
          ))}
        </ul>
      ) : (
        <p className="quiet">{t('noEvidence')}</p>
      )}
      {dispute.actions.includes('add_evidence') ? <AddEvidence disputeId={dispute.dispute_id} /> : null}
    </>
  )
}

function Piece({ disputeId, piece }: { disputeId: string; piece: Dispute['evidence'][number] }) {
  const t = useWords(DISPUTE_WORDS)
  const { evidence_id, by, media_type, text, at } = piece
  const who = SIDES.has(by) ? t(by as 'buyer') : by
  const link = useApi().useQuery(
    'get',
    '/v1/disputes/{dispute_id}/evidence/{evidence_id}',
    { params: { path: { dispute_id: disputeId, evidence_id } } },
    { staleTime: LINK_LIVES, gcTime: LINK_LIVES },
  )
  const url = link.data?.url
  return (
    <li className="card">
      {url ? (
        <a href={url} target="_blank" rel="noreferrer">
          {media_type.startsWith('image/') ? (
            <img src={url} alt={text || t('picture', { who })} loading="lazy" />
          ) : (
            <span className="file">PDF</span>
          )}
          <small>{t('openFile')}</small>
        </a>
      ) : link.error ? (
        <ProblemAlert error={link.error} onRetry={link.refetch} />
      ) : (
        <Loading />
      )}
      {text ? <p>{text}</p> : null}
      <small className="quiet">
        {who} · <Moment at={at} />
      </small>
    </li>
  )
}
