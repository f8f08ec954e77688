import { type DrawerProps, Drawer as Plain } from 'antd'
import { Notices } from './Notices'

/** A drawer hides the notices of the page below it, so it shows them itself. */
export function Drawer({ children, ...rest }: DrawerProps) {
  return (
    <Plain {...rest}>
      <Notices />
      {children}
    </Plain>
  )
}
