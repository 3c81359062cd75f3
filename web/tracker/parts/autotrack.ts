// Events without code on the page: clicks, idleness, how far down, what came into view. Section 2.5. A file of its own.

import { whenIdle } from '../life'
import type { Ground } from '../parts'
import type { ClickRule, EventOptions, IdleRule, ScrollRule, Tracking } from '../types'
import { every } from './every'

const TICK_MS = 1000
const IDLE_MIN_S = 5
const SIGNS = 'mousemove mousedown touchstart keydown scroll wheel'
/** How much of an element must be seen for how long. */
const SEEN_SHARE = 0.5
const SEEN_MS = 500

type Rule = EventOptions & { readonly eventName: string }

/** A module: begins at its first rules, and keeps to those that come later as well. */
type Begin = (ground: Ground, rules: never[]) => void

const say = ({ record }: Ground, { eventName, customAttributes, traitsMapper }: Rule) =>
  record(eventName, { ...(customAttributes && { customAttributes }), ...(traitsMapper && { traitsMapper }) })

function watchClicks(ground: Ground, rules: ClickRule[]): void {
  ground.life.on(
    document,
    'click',
    ({ target }) => {
      for (const rule of rules) if ((target as Element).closest?.(rule.selector)) say(ground, rule)
    },
    true,
  )
}

function watchIdleness(ground: Ground, rules: IdleRule[]): void {
  const said = new Set<Rule>()
  let lastMs = Date.now()
  const stir = () => {
    lastMs = Date.now()
  }
  ground.life.on(document, SIGNS, stir, true)
  ground.onTurn(() => {
    said.clear()
    stir()
  })
  every(ground.life, TICK_MS, () => {
    const idleS = (Date.now() - lastMs) / 1000
    for (const rule of rules) {
      const { idleAfter = rule.idleAfterSeconds ?? 60 } = rule
      if (said.has(rule) || idleS < Math.max(IDLE_MIN_S, idleAfter)) continue
      said.add(rule)
      say(ground, rule)
    }
  })
}

function watchDepth(ground: Ground, rules: ScrollRule[]): void {
  const said = new Set<Rule>()
  let isPlanned = false
  ground.onTurn(() => said.clear())
  ground.life.on(window, 'scroll', () => {
    if (isPlanned) return
    isPlanned = true
    requestAnimationFrame(() => {
      isPlanned = false
      const seen = (100 * (scrollY + innerHeight)) / document.documentElement.scrollHeight
      for (const rule of rules) {
        // Where a page is zoomed, its end is a part of a pixel away.
        if (said.has(rule) || Math.ceil(seen) < rule.percentage || seen + 0.5 < rule.percentage) continue
        said.add(rule)
        say(ground, rule)
      }
    })
  })
}

function watchViewport(ground: Ground, rules: ClickRule[]): void {
  let watched = new Set<Element>()
  const timers = new Map<Element, number>()
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        clearTimeout(timers.get(target))
        if (!isIntersecting) continue
        const seen = () => {
          observer.unobserve(target)
          for (const rule of rules) if (target.matches(rule.selector)) say(ground, rule)
        }
        timers.set(target, ground.life.after(SEEN_MS, seen))
      }
    },
    { threshold: SEEN_SHARE },
  )
  const look = () => {
    for (const { selector } of rules)
      for (const node of document.querySelectorAll(selector)) {
        if (watched.has(node)) continue
        watched.add(node)
        observer.observe(node)
      }
  }
  let isPlanned = false
  const lookSoon = () => {
    if (isPlanned) return
    isPlanned = true
    whenIdle(() => {
      isPlanned = false
      if (!ground.life.signal.aborted) look()
    })
  }
  const changes = new MutationObserver(lookSoon)
  changes.observe(document, { childList: true, subtree: true })
  ground.life.signal.addEventListener('abort', () => {
    changes.disconnect()
    observer.disconnect()
  })
  ground.onTurn(() => {
    for (const timer of timers.values()) clearTimeout(timer)
    observer.disconnect()
    watched = new Set()
    lookSoon()
  })
  lookSoon()
}

const MODULES: Record<string, [option: keyof Tracking, begin: Begin]> = {
  autotrackClick: ['clickEvents', watchClicks],
  autotrackIdle: ['idleEvents', watchIdleness],
  autotrackScrollDepth: ['scrollDepthEvents', watchDepth],
  autotrackInViewport: ['inViewportEvents', watchViewport],
}

const begun = new WeakMap<Ground, Map<string, unknown[]>>()

/** Begin a module, or add to its rules. Errors: there is no such module; something is no selector. */
export function load(ground: Ground, moduleName: string, options: Tracking): void {
  const module = MODULES[moduleName]
  if (!module) throw new Error(`no module ${moduleName}`)
  const [option, begin] = module
  const given = (options[option] ?? []) as ClickRule[]
  for (const { selector } of given) if (selector) document.querySelector(selector)
  const all = begun.get(ground) ?? new Map<string, unknown[]>()
  begun.set(ground, all)
  const rules = all.get(moduleName)
  if (rules) rules.push(...given)
  else {
    const own = [...given]
    all.set(moduleName, own)
    begin(ground, own as never[])
  }
}

/** Begin all modules that a deployment has rules for. */
export function loadAll(ground: Ground, config: Tracking): void {
  for (const [moduleName, [option]] of Object.entries(MODULES))
    if (config[option]) load(ground, moduleName, config)
}
