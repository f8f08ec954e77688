import { Button } from 'antd'
import { Link, useSearchParams } from 'react-router'
import { useApi } from '../../api/client'
import { useRole } from '../../api/queries'
import type { components } from '../../api/types'
import { type Column, DataTable } from '../../parts/DataTable'
import { Moment } from '../../parts/Moment'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useAddressChange } from '../../parts/useAddressChange'
import { useWords } from '../../words/useWords'
import { TemplateForm } from './TemplateForm'
import { TEMPLATE_WORDS } from './words'

export type Template = components['schemas']['TemplateView']

const NEW = 'new'

export default function TemplatesPart() {
  const t = useWords(TEMPLATE_WORDS)
  const role = useRole()
  const mayChange = role === 'owner' || role === 'staff'
  const [search] = useSearchParams()
  const changeAddress = useAddressChange()
  const open = search.get('template')
  const templates = useApi().useQuery('get', '/v1/message-templates', { params: { query: { limit: 200 } } })
  const chosen = templates.data?.data.find(({ template_id }) => template_id === open)
  function show(template: string | null) {
    changeAddress((next) => {
      if (template) next.set('template', template)
      else next.delete('template')
    })
  }
  const columns: Column<Template>[] = [
    {
      key: 'name',
      title: t('name'),
      cell: ({ template_id, name }) => (
        <Link to={`?${new URLSearchParams({ show: 'templates', template: template_id })}`}>{name}</Link>
      ),
    },
    { key: 'text', title: t('text'), cell: ({ text }) => text },
    { key: 'changed', title: t('changed'), cell: ({ changed_at }) => <Moment at={changed_at} /> },
  ]
  return (
    <>
      {mayChange ? (
        <div className="toolbar">
          <Button type="primary" onClick={() => show(NEW)}>
            {t('new')}
          </Button>
        </div>
      ) : null}
      {open === NEW || chosen ? (
        <TemplateForm
          key={open}
          template={chosen}
          mayChange={mayChange}
          onSaved={(template) => show(template.template_id)}
          onClose={() => show(null)}
        />
      ) : null}
      <ProblemAlert error={templates.error} onRetry={templates.refetch} />
      {templates.error ? null : (
        <DataTable
          label={t('list')}
          columns={columns}
          rows={templates.data?.data}
          rowKey={({ template_id }) => template_id}
          empty={t('none')}
          onOpen={({ template_id }) => show(template_id)}
        />
      )}
    </>
  )
}
