// Who has the focus, and where it may go.

// What has it in a new view: the first of these that is there.
const FIRST = [
  '[autofocus]',
  '.cx-form-inputs :is(input:not([type=hidden]),select,textarea)',
  'textarea:enabled',
  '.cx-button-close',
]
const ABLE = 'a[href],button,input:not([type=hidden]),select,textarea,[tabindex="0"]'

/** Give the focus to what the first of `selectors` finds, of those that find something. */
export function focusFirst(host: HTMLElement, selectors = FIRST): void {
  const wanted = selectors.map((selector) => host.querySelector<HTMLElement>(selector))
  wanted.find(Boolean)?.focus({ preventScroll: true })
}

/** Keep the focus among what can have it in `node`. */
export function loop(node: HTMLElement, event: KeyboardEvent): void {
  if (event.key !== 'Tab') return
  const stops = [...node.querySelectorAll<HTMLElement>(ABLE)].filter(
    (it) => it.checkVisibility?.() !== false && !it.closest('[inert],[disabled],[hidden]'),
  )
  const now = (node.getRootNode() as ShadowRoot).activeElement
  const [from, to] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]]
  if (now !== from && node.contains(now)) return
  event.preventDefault()
  to?.focus()
}
