// How a chat is followed over CometD: connects that wait for news, and what is asked for again after a gap.
// chat-api-v2, sections 17.5 to 17.7.

import {
  type Answer,
  type Credentials,
  type Following,
  isReached,
  type Json,
} from '../../../shared/transport'
import { callLater } from '../clock'
import { indexOf } from '../messages'
import type { Bayeux, Came } from './bayeux'
import { proof } from './v2'
import { envelopeOf, unreachable } from './v2answers'

const STEP_MS = 1000 // Each try that fails makes the pause so much longer.
const PAUSE_MAX_MS = 30_000
const LATER_MS = 3000 // The chat behind the server is away: ask again after this.
const STILL: Json = { statusCode: 0, chatEnded: false, messages: [] }

/** Publishes by a client, which shakes hands first where it must. */
export type Publish = (by: Bayeux, data: Json) => Promise<Came>

/** The pause after so many failures in a row: not all clients of a server that was away come back at once. */
export const pauseAfter = (failures: number, random = Math.random): number =>
  Math.min(failures * STEP_MS, PAUSE_MAX_MS) * (0.5 + random() / 2)

/**
 * Hands over what is pushed: each event once, in order.
 *
 * What waited for a client may come together with what it asks for after a gap, which has it all: the fuller one first.
 */
export function createReceiver(session: Credentials, position: number, heard: (answer: Answer) => void) {
  const first = ({ events }: Answer) =>
    Math.min(...events.map((event) => indexOf(event) ?? Infinity), Infinity)
  const receiver = {
    session,
    /** The first event that was not handed over. */
    position,
    /** Hand over envelopes that came together; the last answer. */
    take(envelopes: readonly Json[]): Answer | undefined {
      const answers = envelopes.map((envelope) => envelopeOf(envelope, receiver.session))
      answers.sort((one, other) => (first(one) <= first(other) ? -1 : 1))
      let last: Answer | undefined
      for (const answer of answers) {
        const events = answer.events.filter((event) => (indexOf(event) ?? Infinity) >= receiver.position)
        const newest = Math.max(...events.map((event) => indexOf(event) ?? 0), 0)
        const counted = answer.outcome === 'done' ? (answer.nextPosition ?? 0) : 0
        receiver.position = Math.max(receiver.position, newest + 1, counted)
        receiver.session = answer.credentials ?? receiver.session
        last = { ...answer, events }
        heard(last)
        if (isOver(last)) break
      }
      return last
    },
  }
  return receiver
}

const isOver = ({ chatEnded, outcome }: Answer): boolean => chatEnded === true || outcome === 'refused'

/** Follow `session` by a client of our own. */
export function follow(
  client: Bayeux,
  publish: Publish,
  receiver: ReturnType<typeof createReceiver>,
  heard: (answer: Answer) => void,
): Following {
  let isStopped = false
  let failures = 0
  let wake = () => {}
  let cut = () => {}

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const done = () => {
        disarm()
        removeEventListener('online', done)
        resolve()
      }
      const disarm = callLater(ms, done)
      addEventListener('online', done) // The browser knows before the alarm rings.
      wake = done
    })
  /** What comes of a request, unless the browser knows sooner that nothing will. */
  const unlessCut = (asked: Promise<Came>): Promise<Came> =>
    Promise.race([
      asked,
      new Promise<Came>((resolve) => {
        cut = () => resolve({ pushed: [], lost: 'offline' })
      }),
    ])
  const goOffline = () => cut()
  addEventListener('offline', goOffline)
  const stop = () => {
    isStopped = true
    removeEventListener('offline', goOffline)
    client.leave()
    wake()
  }
  /** Everything from where we are, and news from then on. */
  const askForAll = () => {
    const { session, position } = receiver
    return publish(client, {
      operation: 'requestNotifications',
      chatId: session.sessionId,
      ...proof(session),
      transcriptPosition: position,
      message: '',
    })
  }
  const fail = async ({ lost, refused }: Came) => {
    heard(unreachable(lost ?? refused ?? 'error'))
    if (!client.mayReturn) stop()
    else await pause(Math.max(client.pauseMs, pauseAfter(++failures)))
  }
  const run = async () => {
    let isBehind = true
    while (!isStopped) {
      const came: Came = await unlessCut(isBehind ? askForAll() : client.connect())
      if (isStopped) return
      if (came.isUnknown && !isBehind) {
        isBehind = true // It was forgotten, and says who it is again.
        continue
      }
      isBehind = came.lost !== undefined || came.refused !== undefined
      if (isBehind) {
        await fail(came)
        continue
      }
      failures = 0
      const last = receiver.take(came.pushed.length ? came.pushed : [STILL])
      if (last && isOver(last)) return stop()
      isBehind = last !== undefined && !(isReached(last) && last.outcome === 'done')
      if (!isStopped && (isBehind || client.pauseMs)) await pause(isBehind ? LATER_MS : client.pauseMs)
    }
  }
  run()
  return { stop }
}
