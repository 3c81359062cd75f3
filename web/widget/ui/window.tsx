// The window: its bar, what is in it, what lies over it.

import { Component } from 'preact'
import { AlertView } from './alert'
import { pressedClose } from './closing'
import { clock } from './formats'
import { Idle } from './idle'
import { Input } from './input'
import { asText, type Line } from './lines'
import { readerName, wordsOf } from './message'
import { published } from './publishing'
import type { Chat, Slot, State } from './state'
import { submit } from './submitting'
import { Raw } from './text'
import { Transcript } from './transcript'

interface Props {
  chat: Chat
  state: State
}

export function Window({ chat, state }: Props) {
  const { alert, isMinimized, isEnded, isActive, form, isLoading, overlays, spoken } = state
  const isChat = isActive || isEnded || !form
  const isBehind = !!alert
  return (
    <>
      <TitleBar chat={chat} state={state} />
      <div class="cx-body" hidden={isMinimized} inert={isMinimized}>
        <Over name="cx-static" slot={overlays.static} />
        <Over name="cx-dynamic" slot={overlays.dynamic} />
        {state.idle && <Idle chat={chat} idle={state.idle} />}
        {alert && <AlertView key={alert.about + alert.text} chat={chat} alert={alert} />}
        {alert && <div class="cx-webchat-smokescreen" />}
        {!isChat && form && (
          <div class="cx-form-wrapper" inert={isBehind || isLoading}>
            <Form chat={chat} state={state} />
          </div>
        )}
        {isChat && (
          <div class="cx-chat" inert={isBehind}>
            <Transcript chat={chat} state={state} added={(line, node) => published(chat, line, node)} />
            {state.upload && (
              <div class="cx-uploading">
                <span class="cx-filename">{state.upload.name}</span>
                <progress value={state.upload.part || undefined} aria-label={state.upload.name} />
                <button type="button" class="cx-btn" onClick={state.upload.cancel}>
                  {chat.say('FileTransferCancel')}
                </button>
              </div>
            )}
            <Afterwards chat={chat} state={state} />
            <Input chat={chat} state={state} />
          </div>
        )}
        <div class="cx-screen-reader-transcript" aria-live="polite" aria-relevant="additions text">
          {spoken.map((text, index) => (
            <p key={index}>{text}</p>
          ))}
        </div>
      </div>
      <div class="cx-loading-screen" role="status" hidden={!isLoading} aria-label="…">
        <span class="cx-dots" aria-hidden="true">
          <i />
          <i />
          <i />
        </span>
      </div>
    </>
  )
}

function TitleBar({ chat, state }: Props) {
  const { isMinimized, unread, alert } = state
  const badge = `${chat.say('ChatTitle')} ${unread} ${chat.say('UnreadMessagesTitle')}`
  const minimise = isMinimized ? 'Maximize' : 'Minimize'
  const toggle = () => chat.command('minimize')
  return (
    <>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/noStaticElementInteractions: the button beside it has the keys. */}
      <div class="cx-titlebar" part="titlebar" onClick={() => isMinimized && toggle()}>
        <span class="cx-icon" data-icon="chat" aria-hidden="true" />
        <h2 class="cx-title" aria-live="assertive">
          <span class="i18n" data-message="ChatTitle">
            {chat.say('ChatTitle')}
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
        <button
          type="button"
          class={`cx-icon cx-button-${minimise.toLowerCase()}`}
          data-icon={minimise.toLowerCase()}
          aria-label={chat.say(`Aria${minimise}`)}
          onClick={toggle}
        />
        <button
          type="button"
          class="cx-icon cx-button-close"
          data-icon="close"
          aria-label={chat.say('AriaClose')}
          onClick={() => pressedClose(chat)}
        />
      </div>
    </>
  )
}

class Form extends Component<Props> {
  override render({ chat, state }: Props) {
    return (
      <form
        class="cx-form cx-form-horizontal"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          submit(chat, event)
        }}
      >
        <Raw node={state.form?.node} />
        <div class="cx-button-group cx-buttons-binary">
          <button
            type="button"
            class="cx-btn cx-btn-default i18n"
            data-message="ChatFormCancel"
            aria-label={chat.label('ChatFormCancel')}
            onClick={() => pressedClose(chat)}
          >
            {chat.say('ChatFormCancel')}
          </button>
          <button
            type="submit"
            class="cx-btn cx-btn-primary cx-submit i18n"
            data-message="ChatFormSubmit"
            aria-label={chat.label('ChatFormSubmit')}
          >
            {chat.say('ChatFormSubmit')}
          </button>
        </div>
      </form>
    )
  }
}

/** A place for what a page lays over the window. */
function Over({ name, slot }: { name: string; slot?: Slot | undefined }) {
  return (
    <div class={`cx-overlay ${name} ${slot?.mode ?? ''}`} hidden={!slot}>
      <Raw node={slot?.node} />
    </div>
  )
}

/** What can be done with a chat that is over, when the page wants it. */
function Afterwards({ chat, state }: Props) {
  const { download, restart } = chat.options().extras ?? {}
  if (!state.isEnded || !(download || restart)) return null
  return (
    <div class="cx-button-group cx-afterwards">
      {download && (
        <button type="button" class="cx-btn" onClick={() => save(chat, state.lines)}>
          {chat.say('ActionsDownload')}
        </button>
      )}
      {restart && (
        <button type="button" class="cx-btn cx-btn-primary" onClick={() => chat.command('restart')}>
          {chat.say('RestoreTimeoutAccept')}
        </button>
      )}
    </div>
  )
}

function save(chat: Chat, lines: readonly Line[]): void {
  const text = asText(lines, (line) =>
    line.kind === 'system' ? wordsOf(chat, line) : `${readerName(chat, line)}: ${wordsOf(chat, line)}`,
  )
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = url
  link.download = `${chat.say('ChatTitle')} ${clock(Date.now(), 24)}.txt`
  link.click()
  setTimeout(() => URL.revokeObjectURL(url))
}
