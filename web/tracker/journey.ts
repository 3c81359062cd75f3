// The script of a page: takes what was asked for before it came, in its order, and answers from then on. Section 2.

import type { Parts } from './parts'
import { createTracker, type Heard, type Tracker } from './tracker'
import type { Callback, InitOptions } from './types'

/** A call as it was made. */
type Call = ArrayLike<unknown>
interface Journey {
  (...call: unknown[]): void
  /** What was asked for before the script came. */
  q?: Call[]
  /** The script is here. */
  version?: string
}

const tag = document.currentScript as HTMLScriptElement | null
const { global: name = 'journey', deployment, ...said } = tag?.dataset ?? {}
const script = tag?.src ?? location.href
const page = window as unknown as Record<string, Journey | undefined>

const isFunction = (value: unknown): value is Callback => typeof value === 'function'

const brought: Partial<Record<keyof Parts, Promise<unknown>>> = {}
function bring<N extends keyof Parts>(part: N): Promise<Parts[N]> {
  const file = new URL(`${part}.${HASH}.js`, script).href
  brought[part] ??= import(/* @vite-ignore */ file)
  return brought[part] as Promise<Parts[N]>
}

/** The site that answers: what `init` says, or that which the script is from. */
const baseOf = ({ baseUrl, region }: InitOptions): string =>
  (baseUrl ?? region ?? new URL('..', script).href).replace(/\/*$/, '/')

function start(): void {
  const waiting: Call[] = []
  let tracker: Tracker | undefined
  let isVerbose = false
  const warn = (error: unknown) => {
    if (isVerbose) console.warn(error)
  }
  /** The page's own code may fail without harm to ours. */
  const isolated =
    (callback: unknown): Callback =>
    (...values) => {
      try {
        if (isFunction(callback)) callback(...values)
      } catch (error) {
        warn(error)
      }
    }

  const execute = async (call: Call) => {
    const [command, ...values] = Array.from(call) as [string, ...unknown[]]
    // Callbacks come last; of a subscription the first function is what it is about.
    const after = /^(on|once|off)$/.test(command) ? 1 : -1
    const first = values.findIndex((value, place) => place > after && isFunction(value))
    const [done, failed] = first < 0 ? [] : values.splice(first)
    const heard: Heard = { done: isolated(done), failed: isolated(failed) }
    try {
      if (command === 'init') {
        const [id, options = {}] = values as [string, InitOptions | undefined]
        if (tracker) throw new Error('init again')
        isVerbose = options.debug === true
        tracker = createTracker(id, options, baseOf(options), bring, warn)
        heard.done()
        for (const earlier of waiting.splice(0)) execute(earlier)
      } else if (!tracker) waiting.push(call)
      else {
        const act = tracker[command]
        if (!act) throw new Error(`no command ${command}`)
        await act(heard, ...(values as never[]))
        if (command === 'destroy') tracker = undefined
      }
    } catch (error) {
      warn(error)
      heard.failed(error)
    }
  }

  const earlier = page[name]?.q ?? []
  const journey: Journey = (...call) => void execute(call)
  journey.version = VERSION
  page[name] = journey
  if (deployment) journey('init', deployment, said)
  for (const call of earlier) execute(call)
}

if (!page[name]?.version) start()
