// The error codes of the Chat Service API, and how a failure of the service becomes one: webchat-service, section 9.5.

import { objectOf, objectsOf, textOf } from '../service/json'
import * as refusals from '../service/refusals'
import { reasonsOf } from '../service/rejection'

/** What went wrong, as `event.error.code`. */
export const CODE = {
  unknownCommand: 1,
  missingParameter: 2,
  badParameter: 3,
  unknownSession: 50,
  stoppedByDecorator: 51,
  notExecuted: 52,
  serverUnavailable: 100,
  loginFailed: 101,
  networkInterrupted: 150,
  runningOnThisPage: 200,
} as const

/** `event.error`: a stable code, and a description for people. */
export interface ChatError {
  readonly code: number
  readonly description: string
}

/** What `fail` is given; without an `error` only when there was nothing to restore. */
export interface FailEvent {
  readonly error?: ChatError
}

/** Thrown where a promise of this API is not kept. */
export class ChatFailed {
  readonly event: FailEvent
  constructor(error?: ChatError) {
    this.event = error ? { error } : {}
  }
}

export const failed = (code: number, description: string): ChatFailed => new ChatFailed({ code, description })

const BY_TEXT: Record<string, number> = {
  [refusals.ALREADY_ACTIVE]: CODE.runningOnThisPage,
  [refusals.NOT_ACTIVE]: CODE.unknownSession,
  [refusals.NO_TEXT]: CODE.badParameter,
  [refusals.BAD_USER_DATA]: CODE.badParameter,
}
const BY_STATUS: Record<number, number> = {
  0: CODE.networkInterrupted,
  400: CODE.badParameter,
  401: CODE.unknownSession,
  403: CODE.unknownSession,
  404: CODE.unknownSession,
}
const CANNOT_START = 240
const SESSION_GONE = 249

/**
 * The error that stands for `reason`: a text of the service, or a response of the server.
 *
 * `isStart` tells a refused start from a command that a running session could not carry out.
 */
export function chatError(reason: unknown, isStart = false): ChatError {
  if (typeof reason === 'string') return { code: BY_TEXT[reason] ?? CODE.notExecuted, description: reason }
  const response = objectOf(reason)
  const body = 'responseJSON' in response ? objectOf(response['responseJSON']) : response
  const status = typeof response['status'] === 'number' ? response['status'] : 200
  const errors = objectsOf(body['errors'])
  const codes = errors.map((error) => error['code'])
  const advice = errors.map((error) => textOf(error['advice'])).filter(Boolean)
  const code = (() => {
    if (body['statusCode'] === 1 || status >= 500) return CODE.serverUnavailable
    const isOk = status >= 200 && status < 300
    if (isStart && (codes.includes(CANNOT_START) || isOk)) return CODE.loginFailed
    if (codes.includes(SESSION_GONE) || body['chatEnded'] === true) return CODE.unknownSession
    return BY_STATUS[status] ?? CODE.notExecuted
  })()
  return { code, description: advice.join('; ') || textOf(response['statusText']) || `error ${code}` }
}

/** The reason of a command that was rejected, as an error of this API. */
export function failureOf(error: unknown, isStart = false): ChatFailed {
  if (error instanceof ChatFailed) return error
  return new ChatFailed(chatError(reasonsOf(error)?.[0] ?? error, isStart))
}
