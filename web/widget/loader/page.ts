// Puts the bus and our global on the page, and everything else only when somebody wants it.

import type { Bus, Plugin, QuickBus } from '../../shared/types'
import type { Core } from '../core/start'
import type { Desk, Frontdesk } from '../desk'
import { addSettings, settings, settingsOfTag, watchConfiguration } from './configuration'
import { wantsAll } from './intent'
import { createLauncher } from './launcher'
import { createMount } from './mount'
import { nothing } from './nothing'

/** A bus, and what brings the core when the bus is more than a stand-in. */
export interface PageBus {
  readonly bus: Bus
  readonly quick: QuickBus
  readonly bring: () => Promise<{ start(desk: Desk): Core }>
}

/** Makes the bus of a page. */
export type BusMaker = (desk: Desk) => PageBus

/** The interface that pages use. */
export function quickBus(bus: Bus): QuickBus {
  const plugin = bus.registerPlugin('QuickBus') as Plugin
  plugin.ready()
  return Object.assign(plugin, { registerPlugin: bus.registerPlugin })
}

/** Put everything on the page, once; as one bundle, it also starts what the configuration asks for. */
export function install(isBundle: boolean, makeBus: BusMaker): void {
  const earlier = window.frontdesk
  if (earlier && 'begin' in earlier) {
    if (isBundle) earlier.begin()
    return
  }
  const tag = document.currentScript as HTMLScriptElement | null
  const base = new URL('.', tag?.src ?? `${location.origin}/widget/`).href
  const desk = createDesk(base, makeBus)
  const { bus, quick, load } = desk

  const consider = async () => {
    await desk.configured
    const now = settings()
    now.bus = quick
    if (!desk.isBundle) return
    const button = now.webchat?.chatButton
    if (button?.enabled && !button.template) desk.launcher.show()
    if (wantsAll(now)) load('widgets-core').catch(nothing)
  }
  const frontdesk: Frontdesk = {
    version: desk.version,
    bus,
    command: quick.command,
    subscribe: quick.subscribe,
    before: quick.before,
    load,
    configure(given) {
      addSettings(given)
      consider()
    },
    push(...functions) {
      for (const each of functions) each(frontdesk)
    },
    begin() {
      desk.isBundle = true
      consider()
    },
  }
  window.CXBus = bus
  window.frontdesk = frontdesk
  watchConfiguration(consider)
  if (tag?.dataset['service']) frontdesk.configure(settingsOfTag(tag.dataset, base))
  desk.isBundle = isBundle
  consider()
  if (earlier) frontdesk.push(...earlier)
}

const FILES_END = `.${HASH}.js`

function createDesk(base: string, makeBus: BusMaker): Desk {
  let core: Promise<Core> | undefined
  let tries = 0
  const desk = {
    version: VERSION,
    base,
    isBundle: false,
    settings,
    launcher: createLauncher(() => desk),
    // Scripts that are put off come after the page was read, and ours may come in between.
    configured: new Promise((resolve) => {
      if (document.readyState === 'complete') resolve(0)
      for (const read of ['DOMContentLoaded', 'load']) addEventListener(read, resolve)
    }),
    // A browser remembers that a module could not be had, so another try needs another address.
    fetch: (name, isLastTry) =>
      import(/* @vite-ignore */ base + name + FILES_END + (tries ? `?${tries}` : '')).catch((error) => {
        tries++
        if (isLastTry) throw error
        return desk.fetch(name, true)
      }),
    mount: createMount(() => settings().main ?? {}),
    load(name) {
      core ??= page.bring().then(({ start }) => start(desk))
      core.catch(() => {
        core = undefined
      })
      return core.then((it) => it.load(name))
    },
  } as Desk
  const page = makeBus(desk)
  return Object.assign(desk, page)
}
