/** @jsxImportSource ./jsx */
// The window: its bar, what is in it, what lies over it.

import { alertView } from './alert'
import { pressedClose } from './closing'
import { dots, iconButton, raw, wordButton } from './controls'
import { inputView } from './input'
import type { Child } from './jsx/jsx-runtime'
import { part } from './parts'
import type { Chat, Slot } from './state'
import { submit } from './submitting'
import { createTranscript } from './transcript'

/** Draws the window. */
export function createWindow(chat: Chat): () => Child {
  const transcript = createTranscript(chat)
  return () => windowView(chat, transcript)
}

function windowView(chat: Chat, transcript: () => Child): Child {
  const { alert, isMinimized, isEnded, isActive, form, isLoading, overlays, spoken } = chat.state
  const { extras } = chat.options()
  return (
    <>
      {titleBar(chat)}
      <div class="cx-body" hidden={isMinimized} inert={isMinimized}>
        {overlay('cx-static', overlays.static)}
        {overlay('cx-dynamic', overlays.dynamic)}
        {overlay('cx-async', undefined)}
        {chat.state.idle && part(chat, 'idle')?.idleView(chat.state.idle)}
        {alert && alertView(chat, alert)}
        {alert && <div class="cx-webchat-smokescreen" />}
        {form && !isActive && !isEnded ? (
          <div class="cx-form-wrapper" inert={!!alert || isLoading}>
            {formView(chat, form.node)}
          </div>
        ) : (
          <div class="cx-chat" inert={!!alert}>
            {transcript()}
            <div class="cx-trouble" role="status">
              {chat.error(chat.state.trouble)}
            </div>
            {chat.state.upload && part(chat, 'uploading')?.uploadView(chat, chat.state.upload)}
            {isEnded &&
              (extras?.download || extras?.restart) &&
              part(chat, 'afterwards')?.afterwardsView(chat)}
            {inputView(chat)}
          </div>
        )}
        <div class="cx-screen-reader-transcript" aria-live="polite" aria-relevant="additions text">
          {spoken.map((text) => (
            <p>{text}</p>
          ))}
        </div>
      </div>
      {footer(chat)}
      <div class="cx-loading-screen" role="status" hidden={!isLoading} aria-label="…">
        {dots()}
      </div>
    </>
  )
}

function titleBar(chat: Chat): Child {
  const { isMinimized, unread, alert } = chat.state
  const title = chat.say('ChatTitle')
  const badge = `${title} ${unread} ${chat.say('UnreadMessagesTitle')}`
  const size = isMinimized ? 'Maximize' : 'Minimize'
  const icon = size.toLowerCase()
  const toggle = () => chat.command('minimize')
  return (
    <>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/noStaticElementInteractions: the button beside it has the keys. */}
      <div class="cx-titlebar" part="titlebar" onClick={() => isMinimized && toggle()}>
        <span class="cx-icon" data-icon="chat" aria-hidden="true" />
        <h2 class="cx-title" aria-live="assertive">
          <span class="i18n" data-message="ChatTitle">
            {title}
          </span>
          {unread > 0 && (
            <span class="cx-webchat-counter" role="img" aria-label={badge} title={badge}>
              {unread}
            </span>
          )}
        </h2>
        <div class="cx-subtitle" />
      </div>
      <div class="cx-button-group cx-buttons-window-control" inert={!!alert}>
        {iconButton(icon, `cx-button-${icon}`, chat.say(`Aria${size}`), toggle)}
        {iconButton('close', 'cx-button-close', chat.say('AriaClose'), () => pressedClose(chat))}
      </div>
    </>
  )
}

/** Who made it, in our words or the page's; a phone has no room for it beside a chat. */
function footer({ state, options, say }: Chat): Child {
  const { overlays, isMinimized, isMobile, isActive } = state
  const { poweredBy } = options()
  const words = typeof poweredBy === 'string' ? poweredBy : poweredBy !== false && say('PoweredBy')
  const isOff = (overlays.static ?? overlays.dynamic)?.hasNoFooter || isMinimized || (isMobile && isActive)
  return (
    <div class="cx-footer" hidden={!words || !!isOff}>
      <div class="cx-powered-by">{words}</div>
    </div>
  )
}

function formView(chat: Chat, fields: Node): Child {
  const send = (event: Event) => {
    event.preventDefault()
    submit(chat, event)
  }
  return (
    <form class="cx-form cx-form-horizontal" noValidate={true} onSubmit={send}>
      {raw(fields, 'cx-fields')}
      <div class="cx-button-group cx-buttons-binary">
        {wordButton(chat, 'ChatFormCancel', 'cx-btn-default', () => pressedClose(chat))}
        {wordButton(chat, 'ChatFormSubmit', 'cx-btn-primary cx-submit', undefined, { type: 'submit' })}
      </div>
    </form>
  )
}

/** A place for what a page lays over the window. */
const overlay = (name: string, slot: Slot | undefined): Child => (
  <div class={`cx-overlay ${name} ${slot?.mode ?? ''}`} hidden={!slot} content={slot?.node} />
)
