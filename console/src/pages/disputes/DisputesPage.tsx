import { useSearchParams } from 'react-router'
import { DisputeList } from './DisputeList'
import { DisputeView } from './DisputeView'
import './disputes.css'

/** The list of disputes, or the one that the address names. */
export default function DisputesPage() {
  const [search] = useSearchParams()
  const open = search.get('dispute')
  return open ? <DisputeView key={open} disputeId={open} /> : <DisputeList />
}
