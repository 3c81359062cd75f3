// How the visitor's chat service is configured: webchat-service, section 2.

import type { Json } from '../../shared/transport'
import { at, objectOf, textOf } from './json'
import type { Cadence } from './polling'
import type { V2Options } from './transports/v2'

type Callback = (...values: unknown[]) => unknown

/**
 * A chat that lives on while nobody looks: the page keeps its credentials itself.
 *
 * `handOut` is given the credentials at the start and whenever they change, `getBack` gives them back (or nothing),
 * `forget` is told when the session is lost. Outside they are `getSessionData`, `setSessionData` and
 * `deleteSessionData`: the first two read the other way round.
 */
export interface AsyncOptions {
  readonly isEnabled: boolean
  readonly pageEvents: number
  readonly handOut: Callback | undefined
  readonly getBack: Callback | undefined
  readonly forget: Callback | undefined
}

export interface Options extends V2Options {
  readonly transportType: string
  readonly pollExceptionsMax: number
  readonly restoreTimeoutMs: number
  readonly messageCharsMax: number | undefined
  readonly sleeps: boolean
  readonly cadence: Cadence
  readonly asynchronous: AsyncOptions
}

/**
 * The options in `config`, the `webchat` object; unknown keys mean nothing, bad values the default.
 *
 * `header` has what the page wants to be sent along, when the configuration asks for it.
 */
export function readOptions(config: object, header: Json = {}): Options {
  const given = config as Record<string, unknown>
  const transport = objectOf(given['transport'])
  const endpoint = transport['endpoint'] ?? given['endpoint']
  const { apikey } = given
  const number = numbers(given)
  return {
    dataUrl: textOf(transport['dataURL'] || given['dataURL']),
    transportType:
      textOf(transport['type']) || (at(given, 'cometD', 'enabled') === true ? 'v2-cometd' : 'v2'),
    isChosen: !!textOf(transport['type']),
    headers: texts({
      ...objectOf(transport['headers']),
      ...(apikey ? { apikey } : {}),
      ...(given['enableCustomHeader'] === true && header['Authorization']
        ? { Authorization: header['Authorization'] }
        : {}),
    }),
    keepsCookies: objectOf(given['xhrFields'])['withCredentials'] === true,
    endpoint: endpoint === undefined ? undefined : `${endpoint}`,
    ajaxTimeoutMs: number('ajaxTimeout', 3000),
    uploadTimeoutMs: number('fileUploadTimeout', 0),
    pollExceptionsMax: number('pollExceptionLimit', 5),
    restoreTimeoutMs: number('restoreTimeout', 60_000),
    messageCharsMax: number('maxMessageLength', 0) || undefined,
    sleeps: given['sleepEnabled'] === true,
    cadence: cadenceOf(given),
    asynchronous: asyncOf(objectOf(transport['async'] ?? given['async'])),
  }
}

const texts = (values: object) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, textOf(value)]))

/** Reads numbers, each within its bounds. */
export const numbers =
  (given: object) =>
  (name: string, otherwise: number, least = 0, most = 86_400_000) => {
    const value = (given as Record<string, unknown>)[name]
    return typeof value === 'number' && !Number.isNaN(value)
      ? Math.min(Math.max(value, least), most)
      : otherwise
  }

function cadenceOf(given: Record<string, unknown>): Cadence {
  const number = numbers(given)
  const asleepMs = number('pollRateSleep', 30_000, 250, 3_600_000)
  if (given['dynamicPolling'] === false) {
    const steadyMs = number('pollRate', 3000, 1000, 30_000)
    return { fastestMs: steadyMs, slowestMs: steadyMs, factor: 1, asleepMs }
  }
  return {
    fastestMs: number('pollRateMin', 500, 250, 30_000),
    slowestMs: number('pollRateMax', 3000, 250, 30_000),
    factor: number('pollRateMult', 1.2, 1, 10),
    asleepMs,
  }
}

function asyncOf(given: Readonly<Record<string, unknown>>): AsyncOptions {
  const isEnabled = given['enabled'] === true
  const callback = (name: string) =>
    isEnabled && typeof given[name] === 'function' ? (given[name] as Callback) : undefined
  return {
    isEnabled,
    pageEvents: numbers(given)('maxMessagePageSize', 20, 1, 1000),
    handOut: callback('getSessionData'),
    getBack: callback('setSessionData'),
    forget: callback('deleteSessionData'),
  }
}
