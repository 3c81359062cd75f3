// What is offered, drawn by ourselves: contents, and chats on pages without our widget.

import type { ContentOffer, WebchatProperties } from '../../types'
import type { Acting } from './actions'
import { attention } from './attention'
import style from './drawing.css?inline'
import { adapt, isCovered } from './fitting'
import type { Invitation, Settle } from './showing'

const ADDRESS = /^(https?:\/\/|\/(?!\/))/
/** What a style may say of which part. */
const STYLED: Record<string, string> = {
  offer: '.offer',
  closeButton: '.close',
  ctaButton: '.act',
  title: '.title',
  headline: '.headline',
  body: '.body',
}
const PROPERTIES = [
  'color',
  'backgroundColor',
  'font',
  'fontSize',
  'textAlign',
  'padding',
  'opacity',
] as const

let drawn = 0

function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag)
  node.className = className
  node.append(...children)
  return node
}

function button(className: string, label: string, act: () => void): HTMLButtonElement {
  const node = element('button', className, label)
  node.type = 'button'
  node.onclick = act
  return node
}

function words(tag: 'h2' | 'p', className: string, text = ''): Node[] {
  return text.trim() ? [element(tag, className, text)] : []
}

/** A link that says yes, if it leads anywhere. */
function link(className: string, content: Node | string, offer: ContentOffer, settle: Settle): Node[] {
  const { url = '', target } = offer.callToAction ?? {}
  if (!ADDRESS.test(url)) return []
  const node = element('a', className, content)
  node.href = url
  if (target === 'Blank') {
    node.target = '_blank'
    node.rel = 'noopener'
  }
  node.onclick = () => settle('accepted')
  return [node]
}

/** The inside of a content offer. */
function contentOf(offer: ContentOffer, settle: Settle): HTMLElement {
  const { layoutMode = 'TextOnly', imageUrl = '', imageAltText = '', callToAction } = offer
  const isAlone = layoutMode === 'ImageOnly'
  const box = element('div', `offer ${layoutMode}`)
  if (imageUrl && layoutMode !== 'TextOnly') {
    const image = element('img', 'image')
    image.src = imageUrl
    image.alt = imageAltText || (isAlone ? (callToAction?.text ?? offer.title ?? '') : '')
    const linked = isAlone ? link('picture', image, offer, settle) : []
    box.append(...(linked.length ? linked : [image]))
  }
  if (isAlone) return box
  const text = element('div', 'text')
  text.append(
    ...words('h2', 'title', offer.title),
    ...words('p', 'headline', offer.headline),
    ...words('p', 'body', offer.body),
    ...link('act', callToAction?.text || 'Show me', offer, settle),
  )
  box.append(text)
  return box
}

/** The inside of an invitation to a chat. */
function invitationOf(properties: WebchatProperties, settle: Settle): HTMLElement {
  const { titleText, prompt, acceptText, declineText } = properties
  const buttons = element(
    'div',
    'buttons',
    button('no', declineText || 'No', () => settle('declined')),
    button('act', acceptText || 'Yes', () => settle('accepted')),
  )
  return element(
    'div',
    'offer TextOnly',
    element('div', 'text', ...words('h2', 'title', titleText), ...words('p', 'body', prompt), buttons),
  )
}

/** Colours and sizes of a template; nothing that could load anything. */
function dress(box: HTMLElement, given: ContentOffer['style'] = {}): void {
  for (const [part, selector] of Object.entries(STYLED)) {
    const node = box.matches(selector) ? box : box.querySelector<HTMLElement>(selector)
    const says = (given[part] ?? {}) as Record<string, unknown>
    for (const name of PROPERTIES) {
      const value = `${says[name] ?? ''}`
      if (node && value && !value.includes('(')) node.style[name] = value
    }
  }
}

/** Our element on the page, with a style that needs no leave of a strict policy. */
function mount(node: HTMLElement): HTMLElement {
  const host = document.createElement('frontdesk-offer')
  const root = host.attachShadow({ mode: 'open' })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(style)
  root.adoptedStyleSheets.push(sheet)
  root.append(node)
  document.body.append(host)
  return host
}

function label(box: HTMLElement, view: HTMLElement): void {
  const name = (selector: string, attribute: string) => {
    const node = box.querySelector(selector)
    if (!node) return false
    node.id = `offer-${++drawn}`
    view.setAttribute(attribute, node.id)
    return true
  }
  if (!name('.title', 'aria-labelledby') && !name('.headline', 'aria-labelledby'))
    view.ariaLabel = box.querySelector('img')?.alt || 'Offer'
  name('.body', 'aria-describedby')
}

/** Show an action until it is settled. Errors: `{code, message}` when there is nothing to show. */
export async function draw({ action }: Acting, settle: Settle): Promise<Invitation> {
  const { contentOfferProperties, webchatProperties: chat } = action
  const offer = contentOfferProperties?.contentOffer
  const box = offer ? contentOf(offer, settle) : chat && invitationOf(chat, settle)
  if (!box?.querySelector('img, h2, p')) throw { code: 'empty', message: 'there is nothing to show' }
  const { displayMode = 'Toast', style: given } = offer ?? {}
  await loaded(box)
  const isModal = displayMode === 'Modal'
  const view = element('dialog', `view ${displayMode} ${offer ? 'content' : 'chat'}`, box)
  const close = button('close', '×', () => settle('closed'))
  close.ariaLabel = 'Close'
  box.append(close)
  label(box, view)
  dress(box, given)
  view.onkeydown = (event) => {
    if (event.key !== 'Escape') return
    event.stopPropagation()
    settle('closed')
  }
  view.oncancel = (event) => {
    event.preventDefault()
    settle('closed')
  }
  if (isModal)
    view.onclick = ({ target }) => {
      if (target === view) settle('closed')
    }
  const before = document.activeElement
  const host = mount(view)
  adapt(view)
  if (isModal) view.showModal()
  else view.setAttribute('open', '') // `show` would take the focus from whoever writes.
  const isAttended = attention(view, box.querySelector<HTMLElement>('.act, .picture') ?? close)
  return {
    isAside: () => view.matches('.content:not(.Modal)') && view.classList.toggle('aside', isCovered(view)),
    isAttended: isModal ? () => view.matches(':has(.offer:hover)') || isAttended() : isAttended,
    close() {
      host.remove()
      if (isModal && before instanceof HTMLElement) before.focus({ preventScroll: true })
    },
  }
}

/** Wait for the picture, for without it there may be nothing to see. */
async function loaded(box: HTMLElement): Promise<void> {
  const image = box.querySelector('img')
  if (!image) return
  try {
    await image.decode()
  } catch {
    if (!box.querySelector('h2, p')) throw { code: 'image', message: `${image.src} cannot be shown` }
    image.remove()
  }
}
