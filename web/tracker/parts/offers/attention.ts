// Whether a visitor is at an invitation: time stands still for it then. Section 10.

const HASTE_MS = 1000

/**
 * Put the focus on `first`, unless the visitor's is somewhere; tells whether the visitor is at `node`.
 *
 * The focus that we put there is no sign of anybody: a key pressed in there is. A key that was meant for the page, just
 * when the invitation came, does nothing.
 */
export function attention(node: HTMLElement, first: HTMLElement | null): () => boolean {
  const bornMs = Date.now()
  let isOurs = false
  const isBody = !document.activeElement || document.activeElement === document.body
  if (first && isBody) {
    isOurs = true
    first.focus({ preventScroll: true })
  }
  node.addEventListener(
    'keydown',
    (event) => {
      if (isOurs && /^( |Enter)$/.test(event.key) && Date.now() - bornMs < HASTE_MS) event.preventDefault()
      else isOurs = false
    },
    true,
  )
  for (const sign of ['pointerdown', 'focusout'])
    node.addEventListener(sign, () => {
      isOurs = false
    })
  return () => node.matches(':hover') || (!isOurs && node.matches(':focus-within'))
}
