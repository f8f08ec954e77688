const PRESSED = 'button, a, summary'

/**
 * The second click of a double click presses nothing but what the first one has pressed: not the button that has come
 * under the pointer since then, and not what lies around a drawer that has just opened. A form is not sent again by it,
 * even if the first click has its answer.
 */
export function tameDoubleClicks(): void {
  let first: Element | null = null
  const check = (event: MouseEvent) => {
    const pressed = event.target instanceof Element ? event.target.closest(PRESSED) : null
    if (event.detail < 2) first = pressed
    else if (pressed !== first || (pressed instanceof HTMLButtonElement && pressed.type === 'submit')) {
      event.preventDefault()
      event.stopPropagation()
    }
  }
  document.addEventListener('click', check, true)
}
