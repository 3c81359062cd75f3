// Makes and changes one thing of a kind: the form, what somebody else changed meanwhile, taking it away.

import { el, setText } from '../shared/element.js'
import { ask } from '../shared/dialog.js'
import { fullTime } from '../shared/format.js'
import { toast } from '../shared/toast.js'
import { Fault, call, every, look, one } from './calls.js'
import { conflictBox } from './conflict.js'
import { nameOf } from './controls.js'
import { Form } from './form.js'
import { History } from './history.js'
import { KINDS } from './kinds.js'
import { toolsOf } from './tools.js'
import { ms, quoted } from './words.js'

/** @typedef {import('./calls.js').Thing} Thing */

export class Editor {
  /**
   * @param {string} name of the kind
   * @param {string} id empty for a new one
   * @param {string} [from] the id of one that the new one is a copy of
   * @param {import('./kinds.js').Kind} [kind]
   */
  constructor(name, id, from = '', kind = KINDS[name]) {
    this.name = this.place = name
    this.kind = /** @type {import('./kinds.js').Kind} */ (kind)
    this.id = id
    this.from = id ? '' : from
    this.isSole = false
    this.isDone = false
    this.title = `${id ? '' : 'New '}${this.kind.one}`
    this.thing = /** @type {Thing} */ ({})
    this.form = /** @type {Form|null} */ (null)
    this.heading = el('h1', { text: this.title[0]?.toUpperCase() + this.title.slice(1) })
    this.about = el('p', { class: 'lead muted', role: 'status', text: 'Looking…' })
    this.conflict = el('div', {})
    this.body = el('form', { class: 'editor', noValidate: true, on: { submit: (/** @type {Event} */ event) => { event.preventDefault(); this.save() } } })
    this.saveButton = el('button', { type: 'submit', class: 'button primary', text: id ? 'Save' : 'Create' })
    this.undoButton = el('button', { type: 'button', class: 'button', text: 'Undo changes', on: { click: () => this.undo() } })
    this.state = el('p', { class: 'muted save-state', role: 'status' })
    this.root = el('main', { class: 'page', id: 'content' },
      el('p', { class: 'crumbs' }, el('a', { href: `#/${name}`, text: this.kind.title })), this.heading, this.about, this.conflict, this.body)
  }

  /** Which changes are of it, in the list of all. @returns {Record<string, string>} */
  get changesOfIt() { return { filterField: 'resourceId', filterValue: this.id } }

  /** Where the thing of an id is. @param {string} id */
  at(id) { return `/${this.name}/${one(id)}` }

  async open() {
    const known = new Map(await Promise.all((this.kind.uses ?? []).map(async (of) => /** @type {[string, Thing[]]} */ ([of, await every(`/${of}`, { sortBy: /** @type {import('./kinds.js').Kind} */ (KINDS[of]).named })]))))
    const from = this.id || this.from
    const thing = from ? await look(this.at(from)) : undefined
    this.form = new Form(this.kind.fields, known, () => this.changed())
    this.tools = toolsOf(this.name, this.form, () => this.thing, known)
    this.history = new History(this.changesOfIt, (name) => /** @type {Form} */ (this.form).labelOf(name))
    this.body.replaceChildren(
      el('div', { class: 'editor-columns' }, this.form.root, el('div', { class: 'tools' }, ...this.tools.map((tool) => tool.root))),
      this.id && this.history.root,
      el('div', { class: 'save-bar' }, this.saveButton, this.undoButton,
        this.id && !this.isSole && el('a', { class: 'button quiet', href: `#/${this.name}/new/${one(this.id)}`, text: 'Copy' }),
        this.id && !this.isSole && el('button', { type: 'button', class: 'button quiet remove', text: 'Delete…', on: { click: () => this.remove() } }), this.state))
    if (this.id) this.take(/** @type {Thing} */ (thing))
    else this.begin(thing)
  }

  /** @param {Thing|undefined} model */
  begin(model) {
    setText(this.about, model ? `A copy of ${quoted(nameOf(model))}, switched off until you say so.` : this.kind.lead)
    this.form?.set(undefined)
    const before = this.form?.before ?? {}
    if (model) this.form?.set({ ...model, [this.kind.named]: `${nameOf(model)} (copy)`.slice(0, 256), ...this.kind.turn?.(false) })
    if (this.form) this.form.before = before
    this.changed()
  }

  /** @param {Thing} thing as it is now */
  take(thing) {
    this.thing = thing
    this.describe(thing)
    this.conflict.replaceChildren()
    this.form?.clear()
    this.form?.set(thing)
    this.changed()
    this.history?.look()
  }

  /** @param {Thing} thing */
  describe(thing) {
    this.title = `${nameOf(thing)}`
    this.heading.replaceChildren(el('bdi', { text: nameOf(thing) }))
    setText(this.about, `Version ${thing.version}, changed ${fullTime(ms(thing.modifiedDate))}`)
  }

  get isChanged() { return !this.isDone && Object.keys(this.form?.changes() ?? {}).length > 0 }

  changed() {
    const { isChanged } = this
    this.saveButton.disabled = Boolean(this.id) && !isChanged
    this.undoButton.hidden = !this.id || !isChanged
    setText(this.state, this.id && isChanged ? 'Not saved yet' : '')
    for (const tool of this.tools ?? []) tool.update?.()
  }

  undo() {
    this.form?.clear()
    this.form?.set(this.thing)
    this.changed()
    toast('Your changes are undone.')
  }

  async save() {
    const form = this.form
    if (!form || this.isSaving) return
    this.isSaving = true
    this.saveButton.disabled = true
    setText(this.state, 'Saving…')
    try {
      form.clear()
      if (this.id) {
        this.take(await call('PATCH', this.at(this.id), { version: this.thing.version, ...form.changes() }))
        toast('Saved.')
      } else {
        const made = await call('POST', `/${this.name}`, form.get())
        this.isDone = true
        toast(`${quoted(nameOf(made))} is made.`)
        location.replace(`#/${this.name}/${one(made.id)}`)
      }
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      this.saveButton.disabled = false
      setText(this.state, 'Not saved')
      if (error.code === 'version_conflict' && error.current) this.overtaken(error.current)
      else form.fault(error.message, error.field)
    } finally {
      this.isSaving = false
    }
  }

  /** @param {Thing} current what somebody else has made of it */
  overtaken(current) {
    const form = /** @type {Form} */ (this.form)
    const box = conflictBox(form, this.thing, current, {
      takeTheirs: () => this.take(current),
      keepMine: () => {
        const mine = form.changes()
        this.take(current)
        form.inner.set({ ...form.before, ...Object.fromEntries(Object.entries(mine).map(([name, value]) => [name, value ?? undefined])) })
        form.review()
        this.changed()
        this.save()
      },
    })
    this.conflict.replaceChildren(box)
    box.focus()
  }

  async remove() {
    const name = quoted(nameOf(this.thing))
    const answer = await ask({ title: `Delete ${name}?`, body: 'This cannot be undone. What was counted stays in reports. To stop it for a while, switch it off instead.', confirm: 'Delete', danger: true })
    if (answer === null) return
    try {
      await call('DELETE', this.at(this.id))
      this.isDone = true
      toast(`${name} is deleted.`)
      location.replace(`#/${this.name}`)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      this.form?.fault(error.code === 'in_use' ? `It is in use: ${error.message}` : error.message, '')
    }
  }

  /** @returns {Promise<boolean>} */
  async mayLeave() {
    if (!this.isChanged) return true
    return (await ask({ title: 'Leave without saving?', body: 'What you have changed here is lost.', confirm: 'Leave', cancel: 'Stay', danger: true })) !== null
  }
}
