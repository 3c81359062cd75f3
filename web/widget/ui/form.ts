// The registration form: what every form can do, and the one of pages that define none of their own.

import { element } from '../core/nodes'
import type { Chat } from './state'

/** A form ready to be shown. */
export interface FilledForm {
  readonly node: HTMLElement
  /** By name; a checkbox is true or false. */
  values(): Record<string, unknown>
  /** Whether every field is valid, by the page's own rules. */
  isValid(event: unknown): boolean
  /** Whether anything was entered. */
  hasValues(): boolean
  /** Mark fields as wrong, and give the first of them. */
  mark(names: readonly (string | undefined)[]): HTMLElement | undefined
  /** Put the words of the current language in. */
  translate(): void
}

export type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement

// The fields of the plain form, and what browsers may fill in.
const FIELDS = { FirstName: 'given-name', LastName: 'family-name', Email: 'email', Subject: 'off' }

/** The form without a definition, with `given` in its fields. */
export function plainForm(chat: Chat, given: Record<string, unknown>): FilledForm {
  const table = element('table')
  table.role = 'presentation'
  const phrases: (() => void)[] = []
  const fields = Object.entries(FIELDS).map(([key, autocomplete]) => {
    const name = key.toLowerCase()
    const id = `cx_webchat_form_${name}`
    const value = `${given[name] ?? ''}`
    const field = element('input', 'cx-input cx-form-control')
    const label = element('label', 'cx-control-label')
    Object.assign(field, { id, name, maxLength: 100, autocomplete, value })
    label.htmlFor = id
    phrases.push(() => {
      label.textContent = chat.say(`ChatForm${key}`)
      field.placeholder = chat.say(`ChatFormPlaceholder${key}`)
    })
    table.append(element('tr', '', element('th', '', label), element('td', '', field)))
    return field
  })
  return formOf(table, fields, phrases)
}

/** What a form can do. `phrases` put words in, `checks` say whether a field is valid. */
export function formOf(
  content: Node,
  fields: readonly Field[],
  phrases: readonly (() => void)[],
  checks: readonly ((event: unknown) => boolean)[] = [],
): FilledForm {
  const form: FilledForm = {
    node: element('div', 'cx-form-inputs', content as HTMLElement),
    values: () =>
      Object.fromEntries(
        fields.filter(({ name, type }) => name && type !== 'radio').map((it) => [it.name, contentOf(it)]),
      ),
    isValid: (event) => checks.map((check) => check(event)).every(Boolean),
    hasValues: () => fields.some((field) => field.type !== 'hidden' && `${contentOf(field) || ''}`.trim()),
    mark(names) {
      const wrong = fields.filter(({ name }) => names.includes(name))
      for (const field of fields) setMark(field, wrong.includes(field))
      return wrong[0]
    },
    translate() {
      for (const put of phrases) put()
    },
  }
  form.translate()
  return form
}

const contentOf = (field: Field) =>
  field.type === 'checkbox' ? (field as HTMLInputElement).checked : field.value

export function setMark(field: Field, isWrong: boolean): void {
  field.classList.toggle('cx-error', isWrong)
  field.ariaInvalid = isWrong ? 'true' : null
}
