// The conversation in the chat box: status line, transcript, input.

import { ask } from '../../shared/dialog.js'
import { el, setText } from '../../shared/element.js'
import { inSentence } from '../../shared/format.js'
import { icon } from '../../shared/icons.js'
import { keep, read } from '../../shared/kept.js'
import { toast } from '../../shared/toast.js'
import { Transcript } from '../../shared/transcript.js'
import { TypingSignal } from '../../shared/typing_signal.js'
import { linesOf } from './lines.js'

const DRAFT = 'frontdesk.shop.draft'
const CHARS_MAX = 4000

export class Talk {
  /** @param {import('./visitor_chat.js').VisitorChat} chat */
  constructor(chat) {
    this.chat = chat
    this.transcript = new Transcript('Conversation')
    this.typing = new TypingSignal((isTyping) => chat.type(this.input.value, isTyping))
    this.notice = el('p', { class: 'talk-notice', role: 'status', hidden: true })
    this.idleText = el('span', { role: 'alert' })
    this.idleLeft = el('span', { class: 'talk-idle-left' })
    this.idle = el('div', { class: 'talk-idle', hidden: true }, el('p', {}, this.idleText, ' ', this.idleLeft),
      el('button', { type: 'button', class: 'button small', text: 'I am still here', on: { click: () => { chat.idle.touched(); this.focus() } } }))
    this.input = el('textarea', { class: 'talk-input', rows: 1, dir: 'auto', maxLength: CHARS_MAX, placeholder: 'Write a message…', 'aria-label': 'Message', enterKeyHint: 'send', autocomplete: 'off',
      value: read(sessionStorage, DRAFT, ''),
      on: { input: () => this.changed(), keydown: (/** @type {KeyboardEvent} */ event) => this.key(event), paste: (/** @type {ClipboardEvent} */ event) => this.pasted(event) } })
    chat.preview = this.input.value // What was in the box before a reload is in it still.
    this.files = el('input', { type: 'file', multiple: true, hidden: true, on: { change: () => this.picked() } })
    this.attach = el('button', { type: 'button', class: 'icon-button', 'aria-label': 'Send a file', title: 'Send a file', hidden: true, on: { click: () => this.files.click() } }, icon('attach'))
    this.form = el('form', { class: 'talk-form', on: { submit: (/** @type {Event} */ event) => { event.preventDefault(); this.submit() } } },
      this.attach, this.files, this.input, el('button', { type: 'submit', class: 'icon-button talk-send', 'aria-label': 'Send message', title: 'Send' }, icon('send')))
    this.again = el('button', { type: 'button', class: 'button primary wide', text: 'Start a new chat', hidden: true, on: { click: () => chat.leave() } })
    this.root = el('div', { class: 'talk', hidden: true, on: { keydown: () => chat.idle.touched(), pointerdown: () => chat.idle.touched() } },
      this.notice, this.transcript.root, this.idle, this.form, el('div', { class: 'talk-over' }, this.again))
  }

  show() {
    const { chat } = this
    const isShown = chat.phase === 'open' || chat.phase === 'ended' || chat.phase === 'restoring'
    this.root.hidden = !isShown
    if (!isShown) return
    const isOver = chat.phase === 'ended'
    const lines = linesOf(chat, {
      download: async (fileId, name) => { if (!await chat.files.download(fileId, name)) toast('The file could not be downloaded.') },
      deleteFile: (fileId, name) => this.deleteFile(fileId, name),
      edit: (id, text) => { chat.unsent.forget(id); this.put(text) },
      forget: (id) => { chat.unsent.forget(id); chat.onChange() },
    })
    this.transcript.show(chat.wire.identity.chatId, lines)
    this.transcript.showTyping(isOver ? '' : chat.heard.typist)
    this.form.hidden = isOver
    this.again.hidden = !isOver
    this.showNotice()
    this.showIdle()
    this.attach.hidden = !chat.files.mayUpload(chat.heard.hasMetAgent)
    if (this.files.accept !== chat.files.accepted) this.files.accept = chat.files.accepted
    if (!chat.preview && !this.input.value) this.grow()
  }

  showNotice() {
    const { phase, connection, problem } = this.chat
    const text = connection === 'lost' ? 'Connection lost. Trying again; what you write is kept and sent then.'
      : connection === 'slow' ? 'Answers are late right now. Please stay, nothing is lost.'
        : phase === 'restoring' ? 'Fetching your conversation…' : phase === 'ended' ? problem : ''
    setText(this.notice, text)
    this.notice.hidden = !text
  }

  showIdle() {
    const { text, closesAtMs } = this.chat.idle
    this.idle.hidden = !text
    setText(this.idleText, text)
    setText(this.idleLeft, closesAtMs ? `(${Math.max(0, Math.ceil((closesAtMs - Date.now()) / 1000))} s)` : '')
  }

  changed() {
    const { chat, input } = this
    if (input.value.trim()) this.typing.touch()
    else this.typing.stop()
    chat.preview = input.value
    keep(sessionStorage, DRAFT, input.value || undefined)
    this.grow()
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    this.submit()
  }

  submit() {
    const text = this.input.value
    if (!text.trim()) return
    this.typing.forget()
    this.put('', true)
    this.chat.say(text)
  }

  /**
   * @param {string} text
   * @param {boolean} [replaces] what is in the box already
   */
  put(text, replaces = false) {
    this.input.value = replaces || !this.input.value ? text : `${text}\n${this.input.value}`
    keep(sessionStorage, DRAFT, this.input.value || undefined)
    this.grow()
    this.focus()
  }

  /** @param {ClipboardEvent} event */
  pasted(event) {
    const files = [...event.clipboardData?.files ?? []]
    if (!files.length || this.attach.hidden) return
    event.preventDefault()
    this.chat.files.add(files)
  }

  picked() {
    const files = [...this.files.files ?? []]
    this.files.value = ''
    this.chat.files.add(files)
    this.focus()
  }

  /**
   * @param {string} fileId
   * @param {string} name
   */
  async deleteFile(fileId, name) {
    const yes = await ask({ title: 'Delete this file?', body: `“${inSentence(name)}” can no longer be opened by anybody.`, confirm: 'Delete file', cancel: 'Keep it', danger: true })
    if (yes !== null) await this.chat.files.delete(fileId)
  }

  grow() {
    this.input.style.height = 'auto'
    this.input.style.height = `${Math.min(this.input.scrollHeight + 2, 140)}px`
  }

  focus() {
    if (!this.form.hidden) this.input.focus()
    else if (!this.again.hidden) this.again.focus()
  }
}
