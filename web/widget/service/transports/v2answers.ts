// What the answers of Chat API v2 mean: chat-api-v2, sections 4 and 8.

import type { Answer, Credentials, Fault, Json, Outcome } from '../../../shared/transport'
import { isObject, numberOf, objectsOf, parsed, textOf } from '../json'
import type { Reply } from './http'

const OUTCOMES: Record<string, Outcome> = { 0: 'done', 1: 'later', 2: 'refused' }
const NOTHING = { events: [], faults: [] }

/** What is kept of a reply that is none of the chat. */
export const failed = ({ status, statusText, text }: Reply, body: Json | null): Json => ({
  status,
  statusText,
  responseText: text,
  responseJSON: body,
})

/** The answer when there is none; one that the page gave up is refused, and says nothing of the network. */
export function unreachable(why: string): Answer {
  const reply = { status: 0, statusText: why, text: '', retryAfter: undefined }
  const outcome = why === 'abort' ? 'refused' : 'unreachable'
  return { ...NOTHING, outcome, status: 0, response: failed(reply, null) }
}

/** What a reply means to `session`. */
export function answerOf(reply: Reply, session: Credentials): Answer {
  const { status, content } = reply
  if (!status) return unreachable(reply.statusText)
  if (content) return { ...NOTHING, outcome: 'done', status, response: {}, content }
  const value = parsed(reply.text)
  const body = isObject(value) ? value : null
  const faults = faultsOf(body)
  const retryAfterS = numberOf(reply.retryAfter)
  if (status < 200 || status > 299 || !body) {
    const outcome = status >= 400 && status < 500 ? 'refused' : 'broken'
    return { outcome, status, response: failed(reply, body), events: [], faults, retryAfterS }
  }
  return { ...envelopeOf(body, session), status, retryAfterS }
}

/** What an envelope says to `session`, however it came. */
export function envelopeOf(body: Json, session: Credentials): Answer {
  const { statusCode, chatEnded } = body
  return {
    outcome: (typeof statusCode === 'number' && OUTCOMES[statusCode]) || 'broken',
    status: 200,
    response: body,
    events: objectsOf(body['messages']),
    chatEnded: typeof chatEnded === 'boolean' ? chatEnded : undefined,
    credentials: newest(session, body),
    nextPosition: numberOf(body['nextPosition']),
    faults: faultsOf(body),
    idleExpiresS: numberOf(body['idleTimerExpire']),
  }
}

function faultsOf(body: Json | null): Fault[] {
  return objectsOf(body?.['errors']).flatMap(({ code, advice, message }) =>
    typeof code === 'number' || typeof code === 'string' ? [{ code, text: textOf(advice || message) }] : [],
  )
}

/** The credentials with whatever the server gave anew; an empty value is none. */
function newest(session: Credentials, body: Json): Credentials {
  const said = (name: keyof Credentials & string) => textOf(body[name]) || textOf(session[name])
  return {
    ...session,
    sessionId: session.sessionId || textOf(body['chatId']),
    secureKey: said('secureKey'),
    userId: said('userId'),
    alias: said('alias'),
  }
}
