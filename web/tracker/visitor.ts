// Who visits, by what the browser keeps: section 2.8.

import { newId } from './ids'
import type { Keeping } from './keeping'

const DAY_S = 86_400
const CUSTOMER = '_jny_c'
const VISITS = '_jny_v'
const COUNTS = '_jny_n'
const TIMES = '_jny_t'
const SESSION = '_jny_s'

export interface Visitor {
  /** How long a session goes on in which nothing is done. */
  timeoutMinutes: number
  /** Made at the first call. */
  customerId(): string
  /** The id of the customer, when there is one already. */
  knownId(): string | undefined
  /** The session that goes on, as far as the browser knows. */
  sessionId(): string | undefined
  /** Something was done in a session that the server named. */
  wasIn(sessionId: string, isPageview: boolean): void
  /** Nobody has visited. */
  forget(): void
}

export function createVisitor(keeping: Keeping, days = 365): Visitor {
  const set = (name: string, value: unknown) => keeping.set(name, `${value}`, days * DAY_S)
  const numbers = (name: string) => (keeping.get(name) ?? '').split('.').map(Number)
  const knownId = () => keeping.get(CUSTOMER)
  const sessionId = () => keeping.get(SESSION)?.split('.')[0]

  const visitor: Visitor = {
    timeoutMinutes: 30,
    knownId,
    sessionId,
    customerId() {
      const id = knownId() ?? newId()
      set(CUSTOMER, id)
      return id
    },
    wasIn(id, isPageview) {
      const nowMs = Date.now()
      const isNew = id !== sessionId()
      if (isNew) {
        const [first, , before] = numbers(TIMES)
        set(VISITS, (numbers(VISITS)[0] || 0) + 1)
        set(TIMES, [first || nowMs, before || nowMs, nowMs].join('.'))
      }
      // Events and page views: of this session, and of all.
      const counts = numbers(COUNTS)
      const more = [1, +isPageview, 1, +isPageview]
      set(COUNTS, more.map((one, place) => one + ((!(isNew && place < 2) && counts[place]) || 0)).join('.'))
      keeping.set(SESSION, `${id}.${nowMs}`, visitor.timeoutMinutes * 60)
    },
    forget() {
      for (const name of [CUSTOMER, VISITS, COUNTS, TIMES, SESSION]) keeping.remove(name)
    },
  }
  return visitor
}
