// One chat session as the visitor's side knows it: its credentials, its transcript, its people.
//
// It has no network and no bus: answers go in, events to publish come out, in order.

import type { Answer, Credentials, Json } from '../../shared/transport'
import { hides } from './filters'
import { indexOf, type Message, normalise, typeOf, wordsOf } from './messages'
import { publicOf } from './outcomes'
import { createPeople, type Told } from './people'

/** How messages are looked at on this page: `filters` hide them, `preprocess` changes them. */
export interface Eyes {
  filters: readonly RegExp[]
  preprocess?: (message: Message) => Message
}

/** Of a transcript longer than this, the newest part is kept; the rest can be asked for again. */
const KEPT_MAX = 1500
const KEPT_AFTER_CUT = 1000

export type Session = ReturnType<typeof createSession>

/** What is known of one session. `messages` and `originals` go in step; every index is taken in once. */
export function createSession(credentials: Credentials, eyes: Eyes) {
  const people = createPeople()
  const seen = new Set<number>()
  let newestIndex = 0

  const isHidden = (event: Json, ...texts: string[]) =>
    typeOf(event) === 'Message' && texts.some((text) => hides(eyes.filters, text))

  const takeIn = (event: Json): boolean => {
    const index = indexOf(event)
    if (index === undefined || seen.has(index)) return false
    seen.add(index)
    newestIndex = Math.max(index, newestIndex)
    session.oldestIndex = Math.min(index, session.oldestIndex ?? index)
    return true
  }
  const read = (events: readonly Json[], restoring: boolean, told?: Told[]) => {
    const messages: Message[] = []
    const originals: Json[] = []
    for (const event of events) {
      const words = wordsOf(event)
      const preprocess = isHidden(event, words) ? undefined : eyes.preprocess
      const message = normalise(event, { isBot: people.isBot(event), restoring, preprocess })
      told?.push(...people.hear(event, message))
      if (!isHidden(event, words, `${message['text'] ?? ''}`)) {
        messages.push(message)
        originals.push(event)
      }
    }
    return { messages, originals }
  }
  type Read = ReturnType<typeof read>

  const received = (
    { messages, originals }: Read,
    answer: Answer,
    restoring: boolean,
    oldMessages: boolean,
  ): Told => ({
    name: 'messageReceived',
    data: {
      originalMessages: originals,
      messages,
      restoring,
      sessionData: publicOf(session.credentials),
      oldMessages,
      ...(answer.idleExpiresS !== undefined && { idleTimeCountDown: answer.idleExpiresS }),
    },
  })
  const session = {
    credentials,
    people,
    messages: [] as Message[],
    originals: [] as Json[],
    /** Whether the oldest part of the transcript is no longer here. */
    isCut: false,
    /** Whether nothing older is left to ask for, as far as is known. */
    isWhole: false,
    /** The first event index that is still wanted. */
    position: 1,
    /** The smallest index that was taken in. */
    oldestIndex: undefined as number | undefined,

    /** Take in the newest part of the transcript; what to publish for it. */
    take(answer: Answer, restoring = false): Told[] {
      const told: Told[] = []
      const page = read(answer.events.filter(takeIn), restoring, told)
      session.messages.push(...page.messages)
      session.originals.push(...page.originals)
      const extra = session.messages.length - KEPT_AFTER_CUT
      if (extra > KEPT_MAX - KEPT_AFTER_CUT) {
        session.messages.splice(0, extra)
        session.originals.splice(0, extra)
        session.isCut = true
      }
      // The server's own count passes over events that the visitor must not see. A good answer's is sure.
      const counted = answer.outcome === 'done' ? answer.nextPosition : 0
      session.position = Math.max(session.position, newestIndex + 1, counted ?? 0)
      if (page.messages.length) told.push(received(page, answer, restoring, false))
      return told
    },

    /** The transcript as the server tells it again. */
    reread: (events: readonly Json[]) =>
      read(
        events.filter((event) => indexOf(event) !== undefined),
        false,
      ),

    /** Take in an older part of the transcript; who came and went in it is no news. */
    takeHistory(answer: Answer): Told[] {
      const oldest = session.oldestIndex ?? 1
      const { messages, originals } = read(
        answer.events.filter((event) => (indexOf(event) ?? oldest) < oldest && takeIn(event)),
        false,
      )
      session.messages.unshift(...messages)
      session.originals.unshift(...originals)
      if (!messages.length) return []
      // A page shows these above what it has, so the newest comes first.
      const page = { messages: messages.toReversed(), originals: originals.toReversed() }
      return [received(page, answer, false, true)]
    },
  }
  return session
}
