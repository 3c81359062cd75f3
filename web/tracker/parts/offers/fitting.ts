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

/** What asks for an answer, or is a conversation. */
const PRESSING = '.cx-toast, .cx-webchat, .view.chat'

/** Whether an invitation or a chat stands where this does. */
export function isCovered(view: HTMLElement): boolean {
  const own = view.getBoundingClientRect()
  return [...document.querySelectorAll('frontdesk-chat, frontdesk-offer')]
    .flatMap(({ shadowRoot }) => [...(shadowRoot?.querySelectorAll<HTMLElement>(PRESSING) ?? [])])
    .some((node) => {
      const { left, right, top, bottom } = node.getBoundingClientRect()
      const isBeside = right <= own.left || left >= own.right || bottom <= own.top || top >= own.bottom
      return node !== view && node.checkVisibility() && !isBeside
    })
}

/** Whether something is open on the page that nobody can get past: what is shown now cannot be used, or takes its place. */
export const isBehind = (): boolean =>
  [...document.querySelectorAll<HTMLElement>(':modal, [aria-modal=true]')].some((node) =>
    node.checkVisibility(),
  )
