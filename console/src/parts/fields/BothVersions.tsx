import { Button } from 'antd'
import { useWords } from '../../words/useWords'
import { WORDS } from './words'

export interface Difference {
  label: string
  mine: string
  theirs: string
}

/** What a person typed beside what somebody else saved meanwhile (412), and the choice between them. */
export function BothVersions({
  differences,
  onMine,
  onTheirs,
}: {
  differences: Difference[]
  onMine: () => void
  onTheirs: () => void
}) {
  const t = useWords(WORDS)
  return (
    <section className="card" role="alert">
      <p>{t('changedMeanwhile')}</p>
      <table className="table">
        <thead>
          <tr>
            {(['field', 'mine', 'theirs'] as const).map((name) => (
              <th key={name} scope="col">
                {t(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {differences.map(({ label, mine, theirs }) => (
            <tr key={label}>
              <td data-title={t('field')}>{label}</td>
              <td data-title={t('mine')}>{mine || t('none')}</td>
              <td data-title={t('theirs')}>{theirs || t('none')}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="form-actions">
        <Button type="primary" onClick={onMine}>
          {t('saveMine')}
        </Button>
        <Button onClick={onTheirs}>{t('takeTheirs')}</Button>
      </div>
    </section>
  )
}
