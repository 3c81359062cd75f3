// Questions and notices of the window; while one is there, nothing behind it can be used.

import { Component, createRef } from 'preact'
import type { Alert, AlertButton, Chat } from './state'
import { Words } from './text'

/** Show a notice with one button. */
export function notify(
  chat: Chat,
  about: string,
  text: string,
  act?: () => void,
  button = 'ChatErrorButton',
) {
  chat.set({
    alert: {
      kind: 'general',
      about,
      text,
      buttons: [{ name: 'cx-error-button', key: button, ...(act && { act }) }],
    },
  })
}

/** Ask something with two answers. */
export function ask(
  chat: Chat,
  about: string,
  text: string,
  yes: () => void,
  no?: () => void,
  keys: readonly [string, string] = ['ChatErrorDefaultButton', 'ChatErrorPrimaryButton'],
) {
  const buttons: AlertButton[] = [
    { name: 'cx-error-button', key: keys[0], ...(no && { act: no }) },
    { name: 'cx-error-button', key: keys[1], act: yes },
  ]
  chat.set({ alert: { kind: 'general', about, text, buttons } })
}

/** Take back a notice, if it is still there. */
export function takeBack(chat: Chat, about: string): void {
  if (chat.state.alert?.about === about) chat.set({ alert: undefined })
}

/** Keep the focus among what can have it in `node`. */
export function loop(node: HTMLElement | null, event: KeyboardEvent): void {
  if (event.key !== 'Tab' || !node) return
  const able = 'a[href],button,input:not([type=hidden]),select,textarea,[tabindex="0"]'
  const stops = [...node.querySelectorAll<HTMLElement>(able)].filter(
    (it) => it.checkVisibility?.() !== false && !it.closest('[inert],[disabled],[hidden]'),
  )
  const now = (node.getRootNode() as ShadowRoot).activeElement
  const [from, to] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]]
  if (now !== from && node.contains(now)) return
  event.preventDefault()
  to?.focus()
}

interface Props {
  chat: Chat
  alert: Alert
}

const CLASSES: Record<string, string> = { general: 'cx-general' }

export class AlertView extends Component<Props> {
  private readonly node = createRef<HTMLDivElement>()
  private before: Element | null = null

  override componentDidMount() {
    this.before = this.props.chat.focused()
    this.node.current?.querySelector<HTMLElement>('button:last-child')?.focus()
  }

  override componentWillUnmount() {
    const { chat } = this.props
    const { before } = this
    if (!chat.state.isOpen || chat.state.alert) return
    // What was behind it can have the focus again once it is drawn.
    queueMicrotask(() => {
      if (before?.isConnected && before !== chat.host) (before as HTMLElement).focus()
      const now = chat.focused()
      if (!now || !chat.host.contains(now)) chat.host.querySelector<HTMLElement>('textarea,button')?.focus()
    })
  }

  private choose({ act }: AlertButton) {
    this.props.chat.set({ alert: undefined })
    act?.()
  }

  override render({ chat, alert }: Props) {
    const onKeyDown = (event: KeyboardEvent) => {
      loop(this.node.current, event)
      event.stopPropagation()
      const [first] = alert.buttons
      if (event.key === 'Escape' && first) this.choose(first)
    }
    return (
      <div
        ref={this.node}
        class={`cx-alert ${CLASSES[alert.kind] ?? `cx-${alert.kind}`}`}
        part="alert"
        role="alertdialog"
        aria-modal="true"
        aria-label={chat.say('ChatTitle')}
        aria-describedby="cx_alert_text"
        onKeyDown={onKeyDown}
      >
        <Words text={alert.text} id="cx_alert_text" />
        <div class="cx-button-group cx-buttons-binary">
          {alert.buttons.map((button, index) => (
            <button
              type="button"
              key={button.name + button.key}
              class={`cx-btn ${button.name} ${index === alert.buttons.length - 1 ? 'cx-btn-primary' : 'cx-btn-default'}`}
              aria-label={chat.label(button.key)}
              onClick={() => this.choose(button)}
            >
              {chat.say(button.key)}
            </button>
          ))}
        </div>
      </div>
    )
  }
}
