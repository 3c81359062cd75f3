// The files that go along with the next mail, above the button that sends it.

import { el, keyed, setText } from '../shared/element.js'
import { size } from '../shared/format.js'
import { icon } from '../shared/icons.js'

/**
 * @typedef {import('./chat.js').Chat} Chat
 * @typedef {import('./chat.js').FileFact} FileFact
 */

/**
 * The files of ours in a message interaction that no mail has taken along yet.
 * @param {Chat} chat
 * @param {import('./outbox.js').Write[]} writes mails on their way to the server
 * @returns {FileFact[]} oldest first
 */
export function notSent(chat, writes) {
  if (!chat.isMessage) return []
  const goes = new Set(writes.filter((write) => !write.refused).flatMap((write) => write.members.files ?? []))
  return [...chat.files.values()].filter((file) => file.party_id === chat.me && !file.is_deleted && !goes.has(file.file_id) && !chat.mails.takes(file.file_id))
}

export class Attached {
  /** @param {(file: FileFact) => void} detach */
  constructor(detach) {
    this.detach = detach
    /** @type {FileFact[]} */
    this.files = []
    this.isBusy = false
    this.list = el('ul', { class: 'attached-files', 'aria-label': 'Files that go along' })
    this.status = el('p', { class: 'attached-status', role: 'status' })
    this.root = el('div', { class: 'attached', hidden: true }, this.list, this.status)
  }

  /**
   * @param {FileFact[]} files
   * @param {{count: number, failed: number}} uploads of this interaction that are not done
   */
  show(files, uploads) {
    this.files = files
    this.isBusy = uploads.count > 0
    keyed(this.list, files, (file) => file.file_id, (file) => this.item(file), () => {})
    this.list.hidden = !files.length
    const under = uploads.count === 1 ? 'A file is' : `${uploads.count} files are`
    setText(this.status, uploads.failed ? 'A file could not be attached. Try it again or discard it above, then send.' : this.isBusy ? `${under} still on the way.` : '')
    this.root.hidden = !files.length && !this.isBusy
  }

  /** @param {FileFact} file */
  item(file) {
    const remove = el('button', { type: 'button', class: 'attached-remove', 'aria-label': `Remove ${file.name}`, title: 'Remove', on: { click: () => this.detach(file) } }, icon('close'))
    return el('li', { class: 'attached-file' }, icon('attach'), el('bdi', { class: 'attached-name', text: file.name }), el('span', { class: 'attached-size', text: size(file.size_bytes) }), remove)
  }
}
