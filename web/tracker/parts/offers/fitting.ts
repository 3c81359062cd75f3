// What is drawn fits the page that it is drawn on: the colour of its brand, and the place that its widget leaves.

const LAUNCHER = '.cx-side-button'
const GAP_PX = 12

/** The colour that the page gave the widget, in its settings or in its style. */
function brandOf(chat: Element | null): string {
  const { color } = window._genesys?.widgets?.main ?? {}
  return color || (chat ? getComputedStyle(chat).getPropertyValue('--cx-primary') : '')
}

/** The rest is for the style sheet to say. */
export function adapt(view: HTMLElement): void {
  const chat = document.querySelector('frontdesk-chat')
  const brand = brandOf(chat)
  if (brand) view.style.setProperty('--brand', brand)
  const place = chat?.shadowRoot?.querySelector(LAUNCHER)?.getBoundingClientRect()
  if (!place?.width) return
  view.style.setProperty('--lift', `${innerHeight - place.top + GAP_PX}px`)
  view.classList.add(place.left < innerWidth / 2 ? 'launcher-left' : 'launcher-right')
}

/** Whether something is open on the page that nobody can get past: what is shown now cannot be used, or takes its place. */
export const isBehind = (): boolean =>
  [...document.querySelectorAll<HTMLElement>(':modal, [aria-modal=true]')].some((node) =>
    node.checkVisibility(),
  )
