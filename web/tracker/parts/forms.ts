// Forms that were sent off, and forms that were given up: sections 2.4 and 12.3. A file of its own.

import type { Ground } from '../parts'
import type { EventOptions, FormRule } from '../types'

const VALUE_CHARS_MAX = 256
const SECRET_TYPES = /^(password|hidden|file)$/
const SECRET_NAMES = /pass|pwd|secret|token|card|cvv|cvc|iban|ssn|pin|otp/i
const SECRET_PURPOSES = /^(cc-.*|one-time-code|new-password|current-password)$/i
const WITHOUT_VALUE = /^(button|submit|reset|image|fieldset|output|object)$/

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement
/** What `mayTell` looks at. */
type Traits = Pick<Field, 'type' | 'name' | 'id'> & {
  readonly autocomplete: string
  closest(selector: string): unknown
}

/** What a visitor did to a form since it was last sent off. */
interface Touched {
  readonly names: Set<string>
  last: string
}

const nameOf = ({ name, id }: Pick<Field, 'name' | 'id'>) => name || id
const isIgnored = (field: Pick<Traits, 'closest'>) => !!field.closest('[data-journey-ignore]')

/** Whether the value of a field may be told at all, whatever a page's options say. */
export function mayTell(field: Traits): boolean {
  return !(
    SECRET_TYPES.test(field.type) ||
    SECRET_NAMES.test(nameOf(field)) ||
    `${field.autocomplete}`.split(/\s+/).some((purpose) => SECRET_PURPOSES.test(purpose)) ||
    isIgnored(field)
  )
}

function contentOf(field: Field): string {
  if (field instanceof HTMLSelectElement)
    return [...field.selectedOptions].map(({ value }) => value).join(',')
  if (/^(checkbox|radio)$/.test(field.type) && !(field as HTMLInputElement).checked) return ''
  return field.value
}

const fieldsOf = (form: HTMLFormElement) =>
  ([...form.elements] as Field[]).filter((field) => nameOf(field) && !WITHOUT_VALUE.test(field.type))

function captured(form: HTMLFormElement): Record<string, string> {
  const values: Record<string, string> = {}
  for (const field of fieldsOf(form)) {
    const value = mayTell(field) && contentOf(field)
    if (value)
      values[nameOf(field)] = field.closest('[data-journey-mask]')
        ? 'filled'
        : value.slice(0, VALUE_CHARS_MAX)
  }
  return values
}

/** A form, as events tell of it; a field may be called `name` or `id`, so its attributes are asked. */
function described(form: HTMLFormElement, { formName }: FormRule, { names, last }: Touched) {
  return {
    formName: formName ?? (form.getAttribute('name') || form.getAttribute('id') || 'form'),
    formId: form.getAttribute('id') ?? '',
    filledFields: [...names].join(','),
    lastField: last,
  }
}

const rules: FormRule[] = []
const touched = new Map<HTMLFormElement, Touched>()
const watched = new WeakSet<object>()

const ruleOf = (form: Element) => rules.findLast(({ selector = 'form' }) => form.matches(selector))

function tell(ground: Ground, form: HTMLFormElement, did: 'submitted' | 'abandoned'): void {
  const rule = ruleOf(form)
  if (!rule) return
  const { customAttributes, traitsMapper, formName } = rule
  const captures =
    did === 'submitted'
      ? (rule.captureFormDataOnSubmit ?? rule.captureDataOnFormSubmit)
      : (rule.captureFormDataOnAbandon ?? rule.captureDataOnFormAbandon)
  const options: EventOptions = {
    customAttributes: {
      ...described(form, rule, touched.get(form) ?? { names: new Set(), last: '' }),
      ...(captures && captured(form)),
      ...customAttributes,
    },
    ...(traitsMapper && { traitsMapper }),
  }
  touched.delete(form)
  ground.record(`${formName ?? 'form'}_${did}`, options)
}

/** Watch the forms that a rule is about, now and later. */
export function trackForms(ground: Ground, rule: FormRule): void {
  document.querySelector(rule.selector ?? 'form') // Throws where it selects nothing that could be.
  rules.push(rule)
  if (watched.has(ground)) return
  watched.add(ground)
  ground.life.on(
    document,
    'input change',
    ({ target }) => {
      const field = target as Field
      const { form } = field
      if (!form || !nameOf(field) || !ruleOf(form) || isIgnored(field)) return
      const { names } = touched.get(form) ?? { names: new Set<string>() }
      touched.set(form, { names: names.add(nameOf(field)), last: nameOf(field) })
    },
    true,
  )
  ground.life.on(
    document,
    'submit',
    ({ target }) => tell(ground, target as HTMLFormElement, 'submitted'),
    true,
  )
  const abandon = () => {
    for (const form of [...touched.keys()]) tell(ground, form, 'abandoned')
  }
  // Before what waits is sent off.
  ground.life.on(window, 'pagehide', abandon, true)
  ground.onTurn(abandon)
}
