import { Button } from 'antd'
import { useWords } from '../../words/useWords'
import { PlainTable } from '../PlainTable'
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
      <PlainTable
        label={t('bothVersions')}
        columns={[
          { key: 'field', title: t('field'), cell: ({ label }) => label },
          { key: 'mine', title: t('mine'), cell: ({ mine }) => mine || t('none') },
          { key: 'theirs', title: t('theirs'), cell: ({ theirs }) => theirs || t('none') },
        ]}
        rows={differences}
        rowKey={({ label }) => label}
      />
      <div className="form-actions">
        <Button type="primary" onClick={onMine}>
          {t('saveMine')}
        </Button>
        <Button onClick={onTheirs}>{t('takeTheirs')}</Button>
      </div>
    </section>
  )
}
