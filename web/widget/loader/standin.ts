// Stands where the bus will be until somebody uses it. What is said to it is kept in order and said again to the bus
// that comes then. Whoever holds one of its objects may keep it: it passes everything on.
//
// Until then hooks have not run, and what is asked about others (`registry`, `subscribers`) has an empty answer.

import type { Bus } from '../../shared/types'

type Values = readonly unknown[]
type Real = () => unknown
/** What is said to a call while the real object, `real`, is not there. */
type Answer = (word: string, values: Values, self: unknown, real: Real) => unknown

/** Whether nobody can tell that a call waits: it only listens, or prepares. Whoever waits for `ready` wants it. */
const isPatient = (word: string, [address]: Values) =>
  /^(before|subscribe|register)/.test(word) && !`${address}`.endsWith('.ready')

// biome-ignore lint/suspicious/noThenProperty: what has none is no promise, and may be the value of one.
const NO_PROMISE = { then: undefined }

/** A bus that is fetched, by `want`, when somebody first uses it for more than to listen. */
export function createStandIn(version: string, want: () => unknown): { bus: Bus; arrived(real: Bus): void } {
  const plugins = ['CXBus']
  const said: (() => void)[] = []
  let bus: Bus | undefined

  const stand = (object: Real, answer: Answer, own: object = {}): unknown => {
    const self: unknown = new Proxy(own, {
      get(_, word: string) {
        const real = (bus && object()) as Record<string, unknown> | undefined
        if (real && word in real) return real[word]
        if (word in own || typeof word === 'symbol') return own[word as keyof object]
        return (...values: Values) => {
          let result: unknown
          const act = () => {
            const method = (object() as Record<string, (...values: Values) => unknown>)[word]
            result = method?.(...values)
          }
          if (bus) {
            act() // Somebody kept the function alone.
            return result
          }
          said.push(act)
          if (!isPatient(word, values)) want()
          return answer(word, values, self, () => result)
        }
      },
    })
    return self
  }
  const promise: Answer = (word, _, self, real) => {
    if (/^(then|pipe|catch|finally)/.test(word)) return stand(real, promise)
    return word === 'state' ? 'pending' : !word.startsWith('is') && self
  }
  const plugin = (name: string, real: Real) =>
    stand(real, member({}), { ...NO_PROMISE, namespace: () => name })
  const member =
    (store: Record<string, unknown>): Answer =>
    (word, [first, second], _, real) => {
      const key = first as string
      if (/^(command|load)/.test(word)) return stand(real, promise)
      if (word === 'subscribe') return typeof second === 'function' && key
      if (word === 'data') {
        if (second !== undefined) store[key] = second
        return key ? store[key] : store
      }
      if (word !== 'registerPlugin') return !/^(subscribers|registry)/.test(word) || {}
      if (typeof key !== 'string' || plugins.includes(key)) return false
      plugins.push(key)
      return plugin(key, real)
    }
  return {
    bus: stand(() => bus, member({}), {
      ...NO_PROMISE,
      runtime: { version, plugins, ready: false },
    }) as Bus,
    arrived(real) {
      bus = real
      for (const act of said.splice(0)) act()
    },
  }
}
