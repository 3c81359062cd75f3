// What the answers of Chat API v3 mean: chat-api-v3, sections 4.4, 5 and 10.

import type { Answer, Credentials, Fault, Json } from '../../../shared/transport'
import { at, isObject, numberOf, objectOf, objectsOf, parsed, textOf } from '../json'
import type { Reply } from './http'
import { failed, unreachable } from './v2answers'

const TYPE = 'pureengage-v3-rest'
const SESSION_LOST = 'INVALID_SESSION'
const TOO_MANY = 429

/** What was asked; what is wrong with the answer may mean another thing. */
export type Asked = 'start' | 'resume' | 'read' | 'do'

/** What a reply means to `session`. */
export function v3AnswerOf(reply: Reply, session: Credentials, asked: Asked): Answer {
  const { status } = reply
  if (!status) return unreachable(reply.statusText)
  const value = parsed(reply.text)
  const body = isObject(value) ? value : null
  if (status < 200 || status > 299 || !body) return failure(reply, body, asked)
  const data = objectOf(body['data'])
  const isLater = body['statusCode'] === 1
  const isEnd = asked === 'read' ? data['chatEnded'] : body['chatEnded']
  return {
    outcome: isLater ? 'later' : 'done',
    status,
    response: body,
    events: objectsOf(data['messages']),
    chatEnded: isEnd ? true : asked === 'read' ? false : undefined,
    credentials: data['clientToken'] ? withToken(textOf(data['clientToken'])) : session,
    faults: [],
  }
}

/** A chat that is lost has ended; a server that wants to be asked less is not worth a word. */
function failure(reply: Reply, body: Json | null, asked: Asked): Answer {
  const { status } = reply
  const code = textOf(at(body, 'status', 'code'))
  const text = textOf(at(body, 'status', 'message'))
  const isLost =
    asked !== 'start' && (status === 404 || code === SESSION_LOST || (asked === 'resume' && status === 401))
  const isBusy = asked === 'read' && status === TOO_MANY
  const response = failed(reply, body)
  const faults: Fault[] = code && (text || asked !== 'read') ? [{ code: `${TYPE}-${code}`, text }] : []
  return {
    outcome: isBusy ? 'later' : status >= 400 && status < 500 ? 'refused' : 'broken',
    status,
    response,
    events: [],
    chatEnded: isLost || undefined,
    // Failures of polls that pass are told by their number, as those of version 2 are.
    faults: isBusy || (asked === 'read' && status >= 500) ? [] : faults,
    error: { errors: faults.map((fault) => ({ ...fault, response })) },
    retryAfterS: numberOf(reply.retryAfter),
  }
}

/** The credentials that a token is; without an id of a session when it is none. */
export function withToken(token: string): Credentials {
  const claims = objectOf(parsed(decoded(token.split('.')[1] ?? '')))
  const named = (name: string) => textOf(claims[name])
  const sessionId = named('sessionId')
  const { participantId, transportId } = {
    participantId: named('participantId'),
    transportId: named('transportId'),
  }
  return {
    sessionId,
    secureKey: '',
    userId: '',
    alias: '',
    extra: { participantId, sessionId, token, transportId },
  }
}

function decoded(part: string): string {
  try {
    return atob(part.replace(/-/g, '+').replace(/_/g, '/'))
  } catch {
    return ''
  }
}
