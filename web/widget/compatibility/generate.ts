// The Common library: `Generate`, ready-made pieces of a view.

import { button, element } from '../core/nodes'

interface ContainerOptions {
  type?: string
  title?: string
  body?: unknown
  icon?: string
  controls?: 'close' | 'minimize' | 'all'
  buttons?: ButtonOptions
}
interface ButtonOptions {
  type?: string
  primary?: string
  secondary?: string
}
type Attributes = Record<string, string | number | boolean>
interface FormOptions {
  inputs?: (Attributes & { label?: string })[]
}

const SECOND_MS = 1000

export function createGenerators($: JQueryStatic) {
  const Icon = (name: string) => {
    const icon = element('span', 'cx-icon')
    icon.dataset['icon'] = name
    return $(icon)
  }
  const Buttons = ({ primary = 'OK', secondary, type = 'binary' }: ButtonOptions = {}) => {
    const group = element('div', `cx-button-group cx-buttons-${type}`)
    if (secondary) group.append(button('cx-btn cx-btn-default', secondary))
    group.append(button('cx-btn cx-btn-primary', primary))
    return $(group)
  }
  const Input = (attributes: Attributes = {}) =>
    $(element('input', 'cx-input cx-form-control')).attr(attributes as JQuery.PlainObject)
  const Options = (
    choices: { text: string; value?: string; selected?: boolean; disabled?: boolean }[] = [],
  ) =>
    $(
      choices.map(({ text, value = text, selected = false, disabled = false }) => {
        const option = new Option(text, value, selected, selected)
        option.disabled = disabled
        return option
      }),
    )
  return {
    Icon,
    Buttons,
    Input,
    Options,
    Container({ title = '', body, icon, controls, buttons, type = 'generic' }: ContainerOptions = {}) {
      const bar = element('div', 'cx-titlebar', element('h2', 'cx-title', title))
      if (icon) $(bar).prepend(Icon(icon))
      const container = $(element('div', `cx-widget cx-common-container cx-${type}`, bar))
      container.append($(element('div', 'cx-body')).append(body as JQuery.htmlString))
      if (controls) {
        const group = $(element('div', 'cx-button-group cx-buttons-window-control'))
        if (controls !== 'close') group.append(button('cx-icon cx-button-minimize', '–'))
        if (controls !== 'minimize') group.append(button('cx-icon cx-button-close', '×'))
        container.append(group)
      }
      return buttons ? container.append(Buttons(buttons)) : container
    },
    Form({ inputs = [] }: FormOptions = {}) {
      const form = $(element('div', 'cx-form cx-form-horizontal'))
      for (const { label, ...attributes } of inputs)
        form.append($(element('label', 'cx-control-label', label ?? '')).append(Input(attributes)))
      return form
    },
    /** A number that counts down each second. */
    Countdown(seconds: number) {
      const node = element('span', 'cx-countdown', `${seconds}`)
      let left = seconds
      const timer = setInterval(() => {
        node.textContent = `${--left}`
        if (left <= 0) clearInterval(timer)
      }, SECOND_MS)
      return $(node)
    },
  }
}
