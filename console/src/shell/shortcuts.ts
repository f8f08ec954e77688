import { useEffect, useRef } from 'react'

/** Keys of the page. They rest while a person types, and while a dialog is open that has not set them. */
export function useShortcuts(keys: Record<string, (() => void) | false | undefined>) {
  const current = useRef(keys)
  current.current = keys
  useEffect(() => {
    function press(event: KeyboardEvent) {
      const target = event.target as HTMLElement
      const types = target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
      // Enter on a link or a button is that link's or button's; in a dialog all keys are the dialog's.
      const other = event.key === 'Enter' ? 'a,button,summary,[role=dialog]' : '[role=dialog]'
      if (types || target.closest(other) || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented)
        return
      const act = current.current[event.key]
      if (!act) return
      event.preventDefault()
      act()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [])
}
