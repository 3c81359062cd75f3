// Where the agent writes: a reply to the visitor or, looking quite different, a note for the team.

import { el, setText } from '../shared/element.js'
import { icon } from '../shared/icons.js'
import { keep, read } from '../shared/kept.js'
import { TypingSignal } from '../shared/typing_signal.js'
import { Attached } from './attached.js'
import { MailFields } from './mail_fields.js'

const CHARS_MAX = 4000
const MAIL_CHARS_MAX = 100_000

export class Composer {
  /** @param {{say: (text: string, isNote: boolean) => void, mail: (text: string, addressed: {to: string[], cc: string[], subject: string, files?: string[]}) => void, type: (isTyping: boolean) => void, attach: (files: File[]) => void, detach: (file: import('./chat.js').FileFact) => void, pushUrl: () => void}} act */
  constructor(act) {
    this.act = act
    this.chatId = ''
    this.isNote = false
    this.isMessage = false
    this.typing = new TypingSignal((isTyping) => !this.isNote && !this.isMessage && act.type(isTyping))
    this.fields = new MailFields(() => this.save())
    this.attached = new Attached(act.detach)
    this.reply = this.tab('Reply', false)
    this.note = this.tab('Note', true)
    this.input = el('textarea', { id: 'message', class: 'composer-input', rows: 1, dir: 'auto', maxLength: CHARS_MAX, enterKeyHint: 'send', autocomplete: 'off',
      on: { input: () => this.changed(), keydown: (/** @type {KeyboardEvent} */ event) => this.key(event), paste: (/** @type {ClipboardEvent} */ event) => this.pasted(event) } })
    this.files = el('input', { type: 'file', multiple: true, hidden: true, on: { change: () => this.picked() } })
    this.attach = el('button', { type: 'button', class: 'icon-button', 'aria-label': 'Send a file', title: 'Send a file', on: { click: () => this.files.click() } }, icon('attach'))
    this.page = el('button', { type: 'button', class: 'icon-button', 'aria-label': 'Send a page', title: 'Send a page', on: { click: act.pushUrl } }, icon('page'))
    this.send = el('button', { type: 'submit', class: 'button primary composer-send' }, icon('send'), el('span', {}))
    this.hint = el('span', { class: 'composer-hint', id: 'composer-hint' })
    this.form = el('form', { class: 'composer', 'aria-label': 'Write', on: { submit: (/** @type {Event} */ event) => { event.preventDefault(); this.submit() } } },
      el('div', { class: 'composer-tabs', role: 'group', 'aria-label': 'Who reads it' }, this.reply, this.note, this.hint),
      this.fields.root,
      this.input,
      this.attached.root,
      el('div', { class: 'composer-row' }, this.attach, this.page, this.files, this.send))
    this.over = el('p', { class: 'composer-over', hidden: true })
    this.root = el('div', { class: 'composer-area' }, this.form, this.over)
    this.showMode()
  }

  /**
   * @param {string} text
   * @param {boolean} isNote
   */
  tab(text, isNote) {
    return el('button', { type: 'button', class: 'composer-tab', text, 'aria-pressed': 'false', on: { click: () => this.setNote(isNote) } })
  }

  /**
   * @param {import('./chat.js').Chat} chat
   * @param {import('./chat.js').FileFact[]} files that go along with the next mail
   * @param {{count: number, failed: number}} uploads of it that are not done
   */
  show(chat, files, uploads) {
    this.attached.show(files, uploads)
    this.showChat(chat)
    if (!this.isMessage || this.isNote) this.attached.root.hidden = true
    this.send.disabled = this.isMessage && !this.isNote && this.attached.isBusy
  }

  /** @param {import('./chat.js').Chat} chat */
  showChat(chat) {
    const isSilent = chat.audience === 'supervisors'
    this.form.hidden = !chat.isOpen || isSilent
    this.over.hidden = chat.isOpen
    this.reply.hidden = chat.audience !== 'all'
    if (chat.audience !== 'all' && !this.isNote && chat.id === this.chatId) this.becomeNote()
    setText(this.over, chat.isEnded ? 'This chat has ended. You can put it away from the list.' : 'This chat is no longer yours.')
    if (chat.id === this.chatId) {
      if (this.isMessage && !this.input.value && !this.form.contains(document.activeElement)) this.fields.fill(chat, {})
      return
    }
    this.typing.stop()
    this.chatId = chat.id
    const draft = read(sessionStorage, `frontdesk.draft.${chat.id}`, /** @type {{text: string, isNote: boolean, mail?: object}} */ ({ text: '', isNote: false }))
    this.input.value = draft.text
    this.isMessage = chat.isMessage
    this.fields.fill(chat, draft.mail ?? {})
    this.isNote = draft.isNote || chat.audience !== 'all'
    this.showMode()
    this.grow()
  }

  /** @param {boolean} isNote */
  setNote(isNote) {
    if (isNote) this.typing.stop()
    this.isNote = isNote
    this.showMode()
    this.save()
    this.input.focus()
  }

  /** Whoever the visitor does not see writes notes only. */
  becomeNote() {
    this.typing.stop()
    this.isNote = true
    this.showMode()
  }

  toggleNote() {
    if (!this.form.hidden && !this.reply.hidden) this.setNote(!this.isNote)
  }

  showMode() {
    const { isNote } = this
    this.form.classList.toggle('is-note', isNote)
    this.reply.setAttribute('aria-pressed', String(!isNote))
    this.note.setAttribute('aria-pressed', String(isNote))
    const isMail = this.isMessage && !isNote
    this.attach.hidden = isNote
    this.page.hidden = isNote || this.isMessage
    this.attach.title = isMail ? 'Attach a file' : 'Send a file'
    this.attach.setAttribute('aria-label', this.attach.title)
    this.attached.root.hidden = !isMail || (!this.attached.files.length && !this.attached.isBusy)
    this.send.disabled = isMail && this.attached.isBusy
    this.fields.root.hidden = !isMail
    this.form.classList.toggle('is-mail', isMail)
    this.input.maxLength = isMail ? MAIL_CHARS_MAX : CHARS_MAX
    this.input.placeholder = isNote ? 'Write a note for your team…' : isMail ? 'Write your answer…' : 'Write to the visitor…'
    this.input.setAttribute('aria-label', isNote ? 'Note for the team, the visitor does not see it' : isMail ? 'Text of the mail' : 'Message to the visitor')
    setText(this.hint, isNote ? 'Only your team sees this' : isMail ? 'Ctrl+Enter sends' : '')
    setText(/** @type {Element} */ (this.send.lastElementChild), isNote ? 'Add note' : 'Send')
  }

  changed() {
    if (this.input.value.trim() && !this.isNote) this.typing.touch()
    else this.typing.stop()
    this.grow()
    this.save()
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    // Enter may also confirm a word of an input method; that is not for us.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    if (this.isMessage && !this.isNote && !event.ctrlKey && !event.metaKey) return // A mail has lines.
    event.preventDefault()
    this.submit()
  }

  /** @param {ClipboardEvent} event */
  pasted(event) {
    const files = [...event.clipboardData?.files ?? []]
    if (!files.length || this.isNote) return
    event.preventDefault()
    this.act.attach(files)
  }

  picked() {
    const files = [...this.files.files ?? []]
    this.files.value = ''
    if (files.length) this.act.attach(files)
  }

  submit() {
    const text = this.input.value
    if (!text.trim() || this.send.disabled) return
    this.typing.forget()
    const files = this.attached.files.map((file) => file.file_id)
    if (this.isMessage && !this.isNote) this.act.mail(text, { ...this.fields.members, ...files.length ? { files } : {} })
    else this.act.say(text, this.isNote)
    this.input.value = ''
    this.grow()
    this.save()
    this.input.focus()
  }

  /**
   * Text that is to be written anew comes before what is there already.
   * @param {string} text
   */
  put(text) {
    this.input.value = this.input.value ? `${text}\n${this.input.value}` : text
    this.grow()
    this.save()
    this.input.focus()
  }

  grow() {
    this.input.style.height = 'auto'
    this.input.style.height = `${Math.min(this.input.scrollHeight + 2, this.isMessage ? 320 : 200)}px`
  }

  save() {
    const mail = this.isMessage ? { mail: this.fields.draft } : {}
    const draft = this.input.value || this.isNote ? { text: this.input.value, isNote: this.isNote, ...mail } : undefined
    keep(sessionStorage, `frontdesk.draft.${this.chatId}`, draft)
  }

  /** @returns {boolean} whether there is something to write in */
  focus() {
    if (this.form.hidden) return false
    this.input.focus()
    return true
  }
}
