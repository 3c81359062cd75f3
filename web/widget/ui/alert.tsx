/** @jsxImportSource ./jsx */
// Questions and notices of the window; while one is there, nothing behind it can be used.

import { wordButton } from './controls'
import { focusFirst, loop } from './focus'
import type { Child } from './jsx/jsx-runtime'
import { bring, ignore } from './parts'
import type { Alert, AlertButton, Chat } from './state'

/** `Chat.ask`: the last answer is what the visitor most likely wants. */
export function ask(
  chat: Chat,
  about: string,
  text: string,
  buttons: readonly AlertButton[] = [['ChatErrorButton']],
  kind: Alert['kind'] = 'general',
): void {
  const show = (words: Alert['text']) => {
    const alert = { kind, about, text: words, buttons }
    const isInterrupting = chat.state.alert?.buttons[1] && !buttons[1]
    chat.set(isInterrupting ? { nextAlert: alert } : { alert })
  }
  show(text)
  if (text.includes('<'))
    bring(chat, 'rich').then(({ sanitised }) => {
      if (chat.state.alert?.text === text) show(sanitised(text))
    }, ignore)
}

/** Whoever had the focus before an alert gets it back after it. */
export function watchAlerts(chat: Chat): void {
  let before: Element | null = null
  chat.watch(({ alert }) => {
    const { state, host } = chat
    if (state.alert && !alert) before = chat.focused()
    if (!alert || state.alert || !state.isOpen) return
    // What was behind it can have the focus again once it is drawn.
    queueMicrotask(() => {
      chat.draw()
      if (before !== host) (before as HTMLElement | null)?.focus()
      // A button comes last: the next key might press it.
      if (!host.contains(chat.focused())) focusFirst(host, ['textarea:enabled', '.cx-transcript', 'button'])
    })
  })
}

export function alertView(chat: Chat, { about, kind, text, buttons }: Alert): Child {
  const choose = (act?: () => void) => {
    chat.set({ alert: chat.state.nextAlert, nextAlert: undefined })
    act?.()
  }
  const pressed = (event: KeyboardEvent) => {
    loop(event.currentTarget as HTMLElement, event)
    event.stopPropagation()
    if (event.key === 'Escape') choose(buttons[0]?.[1])
  }
  return (
    <div
      key={`${about}${text}`}
      class={`cx-alert cx-${kind}`}
      part="alert"
      role="alertdialog"
      aria-modal="true"
      aria-label={chat.say('ChatTitle')}
      aria-describedby="cx_alert_text"
      onKeyDown={pressed}
      drawn={(node: HTMLElement, isNew: boolean) =>
        isNew && node.querySelector<HTMLElement>('button:last-child')?.focus()
      }
    >
      <div
        key={typeof text}
        id="cx_alert_text"
        class="cx-words"
        {...(typeof text !== 'string' && { content: text })}
      >
        {`${text}`}
      </div>
      <div class="cx-button-group cx-buttons-binary">
        {buttons.map(([key, act, name = 'cx-error-button'], index) =>
          wordButton(
            chat,
            key,
            `${name} cx-btn-${index === buttons.length - 1 ? 'primary' : 'default'}`,
            () => choose(act),
          ),
        )}
      </div>
    </div>
  )
}
