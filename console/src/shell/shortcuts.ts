import { useEffect, useRef } from 'react'

/** Keys of the page. They rest while a person types, and while a dialog is open that has not set them. */
export function useShortcuts(keys: Record<string, (() => void) | false | undefined>) {
  const current = useRef(keys)
  current.current = keys
  useEffect(() => {
    function press(event: KeyboardEvent) {
      const target = event.target as HTMLElement
      const types = target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
      if (types || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      const act = current.current[event.key]
      if (!act) return
      event.preventDefault()
      act()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [])
}
