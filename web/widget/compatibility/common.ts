// The Common library: what extensions of sites get as their third argument, and `_genesys.widgets.common`.

import { isMobile } from '../core/layout'
import { guid } from '../core/nodes'
import type { Core } from '../core/start'
import { createGenerators } from './generate'
import { createNotices } from './notices'

export type Common = ReturnType<typeof createCommon>

const ADDRESS = /\b(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])|\b([\w.+-]+@[\w-]+(\.[\w-]+)+)/gi
const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB']

/** `text` with `<` and `>` as text. */
export const sanitizeHTML = (text: string): string => text.replace(/</g, '&lt;').replace(/>/g, '&gt;')

/** Escaped text in which addresses have become links. */
export function linkify(text: string, { target = '_blank' }: { target?: string } = {}): string {
  const escaped = sanitizeHTML(text.replace(/&(?!\w+;)/g, '&amp;')).replace(/"/g, '&quot;')
  return escaped.replace(ADDRESS, (found, url?: string) =>
    url
      ? `<a href="${found}" target="${target}" rel="noopener">${found}</a>`
      : `<a href="mailto:${found}">${found}</a>`,
  )
}

/** The time of day, in 12 or 24 hours. */
export function getFormattedTime(ms: number, format: number | string = 12, showAmPm = true): string {
  const time = new Date(ms)
  const minutes = `${time.getMinutes()}`.padStart(2, '0')
  if (Number(format) === 24) return `${`${time.getHours()}`.padStart(2, '0')}:${minutes}`
  const half = showAmPm ? (time.getHours() < 12 ? ' AM' : ' PM') : ''
  return `${time.getHours() % 12 || 12}:${minutes}${half}`
}

/** A size for people. */
export function bytesToSize(bytes: number): string {
  const step = bytes > 0 ? Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1) : 0
  return `${Math.round((bytes / 1024 ** step) * 10) / 10} ${UNITS[step]}`
}

type Branch = Record<string, unknown>

/** What stands at `a.b.c`, or nothing. */
export function checkPath(from: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (at as Branch | undefined)?.[key], from)
}

/** Put `value` at `a.b.c`, with everything on the way; a path that leads to what all objects share is refused. */
export function createPath(into: Branch, path: string, value: unknown = {}): Branch {
  const keys = path.split('.')
  if (keys.some((key) => /^(__proto__|prototype|constructor)$/.test(key))) return into
  const last = keys.pop() as string
  let at = into
  for (const key of keys) {
    if (typeof at[key] !== 'object' || at[key] === null) at[key] = {}
    at = at[key] as Branch
  }
  at[last] = value
  return into
}

/** Call `test` until it is true, at most `limit` times; whether it became true. */
export function watch(test: () => unknown, everyMs = 100, limit = 100): Promise<boolean> {
  return new Promise((resolve) => {
    let left = limit
    const timer = setInterval(() => {
      const isTrue = !!test()
      if (!isTrue && --left > 0) return
      clearInterval(timer)
      resolve(isTrue)
    }, everyMs)
  })
}

/** Whether an event of the keyboard or the mouse means "do it". */
export const validInput = (event: { type: string; key?: string; ctrlKey?: boolean }): boolean =>
  event.type === 'click' || (['Enter', ' '].includes(event.key ?? '') && !event.ctrlKey)

export function createCommon(core: Core, $: JQueryStatic) {
  const { cookies, desk } = core
  const facts: Record<string, string> = { product: 'Frontdesk', version: desk.version }
  type Table = Record<string, unknown>
  const getI18nString = (key: string, table: Table = {}) => table[key] ?? core.languages.text('webchat', key)
  return {
    linkify,
    sanitizeHTML,
    getFormattedTime,
    bytesToSize,
    checkPath,
    createPath,
    watch,
    validInput,
    guid,
    setCookie: cookies.set,
    getCookie: cookies.get,
    deleteCookie: cookies.remove,
    getCookieOptions: cookies.options,
    log: (...words: unknown[]) => console.info(...words),
    debug: (...words: unknown[]) => console.debug(...words),
    error: (...words: unknown[]) => console.error(...words),
    getI18nString,
    /** Fill every `.i18n` of a node with the text of its `data-message`. */
    populateAllPlaceholders(node: unknown, table?: Table) {
      $(node as HTMLElement)
        .find('.i18n')
        .addBack('.i18n')
        .each((_, each) => {
          const { message = '', messageType = 'text' } = each.dataset
          const text = `${getI18nString(message, table)}`
          if (messageType === 'text') each.textContent = text
          else each.setAttribute(messageType, text)
        })
      return node
    },
    isMobileDevice: () => isMobile({}),
    request: (options: JQuery.AjaxSettings) => $.ajax(options),
    injectScript: (url: string) => desk.bus.loadFile(url),
    data: (key: string) => facts[key],
    /** Put values into the fields of a form, by their names. */
    preFillForm(form: unknown, values: Record<string, unknown>) {
      for (const [name, value] of Object.entries(values))
        $(form as HTMLElement)
          .find(`[name="${$.escapeSelector(name)}"]`)
          .val(`${value}`)
    },
    /** Whether every field says it is valid. */
    validateForm: (form: unknown) =>
      $(form as HTMLElement)
        .find<HTMLInputElement>('input, select, textarea')
        .toArray()
        .every((field) => field.checkValidity()),
    ...createNotices($),
    Generate: createGenerators($),
  }
}
