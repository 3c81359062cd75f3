// A registration form as the page defines it, in the order and with the markup it gives.

import { element } from '../../core/nodes'
import { type Field, type FilledForm, formOf, setMark } from '../form'
import type { FieldDefinition, FormDefinition } from '../options'
import { type Chat, filled } from '../state'
import style from './fields.css?inline'

export { style }

const PHRASE = /@i18n:webchat\.(\w+)/g
const OWN = /^(type|options|label|value|wrapper|custom|validate|validateWhileTyping|on.*)$/i

/** Markup of the page's configuration: rows of tables, too, which need a table around them elsewhere. */
function parsed(markup: string): DocumentFragment {
  const { head } = new DOMParser().parseFromString(`<template>${markup}</template>`, 'text/html')
  return document.importNode((head.firstChild as HTMLTemplateElement).content, true)
}

/** The form of a definition, with `given` in its fields. jQuery comes along when a page validates with it. */
export async function buildForm(
  chat: Chat,
  definition: FormDefinition,
  given: Record<string, unknown>,
): Promise<FilledForm> {
  const { inputs = [], wrapper = '<table role="presentation"></table>' } = definition
  const compatible = inputs.some(({ validate }) => validate) ? await chat.core.compatibility() : undefined
  const frame = parsed(wrapper)
  const rows = frame.querySelector('tbody') ?? frame.lastElementChild ?? frame
  const fields: Field[] = []
  const checks: ((event: unknown) => boolean)[] = []
  const phrases: (() => void)[] = []
  const phrase = (text: unknown, put: (words: string) => void) => {
    const fill = () => put(`${text}`.replace(PHRASE, (_, key: string) => chat.say(key)))
    if (`${text}`.includes('@i18n:')) phrases.push(fill)
    fill()
  }
  const addField = (definition: FieldDefinition) => {
    const field = drawField(definition, phrase)
    if (field.name in given) setValue(field, given[field.name])
    const label = drawLabel(definition, field, phrase)
    const row = drawRow(definition, field, label, chat)
    rows.append(...row)
    fields.push(field)
    const { validate } = definition
    if (!validate || !compatible) return
    const { $, common } = compatible
    const check = (event: unknown) => {
      const isFine =
        validate(event, $(row), $(field), $(label ?? []), $, chat.core.desk.bus, common) !== false
      setMark(field, !isFine)
      return isFine
    }
    checks.push(check)
    const signs = ['blur', 'change', ...(definition.validateWhileTyping === false ? [] : ['keyup'])]
    for (const sign of signs) field.addEventListener(sign, check)
  }
  for (const each of inputs) {
    if (each.custom) rows.append(parsed(filled(each.custom)))
    else addField(each)
  }
  return formOf(frame, fields, phrases, checks)
}

function setValue(field: Field, value: unknown): void {
  if (field instanceof HTMLInputElement && field.type === 'checkbox')
    field.checked = value === true || value === 'true'
  else field.value = `${value ?? ''}`
}

type Phrase = (text: unknown, put: (words: string) => void) => void

function drawField(definition: FieldDefinition, phrase: Phrase): Field {
  const { type = 'text', options = [], value } = definition
  const isPlain = type !== 'select' && type !== 'textarea'
  const field = document.createElement(isPlain ? 'input' : type) as Field
  field.className = 'cx-input cx-form-control'
  if (field instanceof HTMLInputElement) field.type = type
  attributes(field, definition, phrase)
  let group: HTMLElement = field
  for (const { text = '', value: choice = text, selected, disabled, group: isGroup } of options) {
    if (isGroup) {
      group = document.createElement('optgroup')
      phrase(text, (words) => group.setAttribute('label', words))
      field.append(group)
      continue
    }
    const option = new Option('', choice, !!selected, !!selected)
    option.disabled = !!disabled
    phrase(text, (words) => {
      option.text = words
    })
    group.append(option)
  }
  const start = typeof value === 'function' ? value() : value
  if (start !== undefined) phrase(start, (words) => setValue(field, words))
  return field
}

/** Every key that is no word of ours becomes an attribute; nothing that runs. */
function attributes(node: HTMLElement, given: object, phrase: Phrase): void {
  for (const [name, value] of Object.entries(given)) {
    if (OWN.test(name) || value === false || value === undefined || typeof value === 'object') continue
    if (name === 'class' || name === 'className') node.className += ` ${value}`
    else phrase(value === true ? '' : value, (words) => node.setAttribute(name, words))
  }
}

let labelled = 0

function drawLabel({ label }: FieldDefinition, field: Field, phrase: Phrase): HTMLElement | undefined {
  if (!label) return undefined
  const { text = '', ...rest } = typeof label === 'string' ? { text: label } : label
  const node = element('label', 'cx-control-label')
  attributes(node, rest, phrase)
  field.id ||= `cx_webchat_field_${++labelled}`
  node.htmlFor = field.id
  phrase(text, (words) => node.replaceChildren(words))
  return node
}

function drawRow(definition: FieldDefinition, field: Field, label: HTMLElement | undefined, chat: Chat) {
  const { type, wrapper } = definition
  const isWide = type === 'checkbox' || (type === 'textarea' && !label)
  const plain = isWide
    ? '<tr><td colspan="2">{input}{label}</td></tr>'
    : '<tr><th>{label}</th><td>{input}</td></tr>'
  const markup = (wrapper ?? plain).replace(PHRASE, (_, key: string) => chat.say(key))
  const row = parsed(markup.replace(/\{(label|input)\}/g, '<slot name="$1"></slot>'))
  row.querySelector('[name=label]')?.replaceWith(label ?? '')
  row.querySelector('[name=input]')?.replaceWith(field)
  const nodes = [...row.children] as HTMLElement[]
  if (type === 'hidden') for (const node of nodes) node.hidden = true
  return nodes
}
