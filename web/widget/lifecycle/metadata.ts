// What is known about one interaction of a visitor: the metadata block that every lifecycle event carries.
//
// Durations are not kept: they follow from the timestamps. Its twin is src/frontdesk/domain/lifecycle_metadata.py;
// source: webchat-service, section 8.1.

import { isObject, objectOf } from '../service/json'

/** Milliseconds since the Unix epoch, by the clock of the visitor's side; `false` until it is known. */
type Time = number | false

/** One interaction so far. */
export interface Metadata {
  readonly proactive: boolean
  readonly prefilled: boolean
  readonly autoSubmitted: boolean
  readonly coBrowseInitiated: boolean
  readonly filesUploaded: number
  readonly numAgents: number
  readonly userMessages: number
  readonly agentMessages: number
  readonly systemMessages: number
  readonly errors: readonly string[] | false
  readonly form: object | false
  readonly opened: Time
  readonly started: Time
  readonly cancelled: Time
  readonly rejected: Time
  readonly completed: Time
  readonly closed: Time
  readonly agentReached: Time
  readonly supervisorReached: Time
  readonly botReached: Time
  readonly proactiveData: object | false
  readonly id: string | false
}

const FLAGS = ['proactive', 'prefilled', 'autoSubmitted', 'coBrowseInitiated']
const COUNTERS = ['filesUploaded', 'numAgents', 'userMessages', 'agentMessages', 'systemMessages']
const TIMES =
  'opened started cancelled rejected completed closed agentReached supervisorReached botReached'.split(' ')
const LINE_COUNTERS = COUNTERS.filter((name) => name !== 'numAgents')

const all = <T>(names: string[], value: T) => Object.fromEntries(names.map((name) => [name, value]))

/** Nothing has happened. */
export const EMPTY = {
  ...all(FLAGS, false),
  ...all(COUNTERS, 0),
  errors: false,
  form: false,
  ...all(TIMES, false),
  proactiveData: false,
  id: false,
} as unknown as Metadata

/** The block as pages see it, with the durations until now. */
export function published(block: Metadata, nowMs: number): object {
  const { started, completed, cancelled, agentReached } = block
  const lasted = (until: number) => started !== false && Math.max(0, until - started)
  return {
    ...block,
    elapsed: lasted(completed || cancelled || nowMs),
    waitingForAgent: agentReached !== false && lasted(agentReached),
  }
}

/** What may be kept for the next page: everything but the words of the form. */
export const saved = (block: Metadata): string => JSON.stringify({ ...block, form: undefined })

/** The block that `value` describes; nothing when it describes none, whatever it holds. */
export function loaded(value: unknown): Metadata | undefined {
  if (!isObject(value)) return undefined
  const fits: Record<string, (of: unknown) => boolean> = {
    ...all(FLAGS, (of) => typeof of === 'boolean'),
    ...all([...COUNTERS, ...TIMES], Number.isFinite),
    errors: (of) => Array.isArray(of) && of.every((code) => typeof code === 'string'),
    proactiveData: isObject,
    id: (of) => typeof of === 'string',
  }
  const known = Object.entries(value).filter(([name, of]) => fits[name]?.(of))
  return { ...EMPTY, ...Object.fromEntries(known) }
}

/** Whether `WebChat.open` was given at least one value for the form. */
export const isPrefilled = (form: unknown): boolean =>
  Object.keys(objectOf(form)).some((name) => name !== 'autoSubmit')

/** Whether the options of `WebChat.open` say that the visitor was invited. */
export const isProactive = ({
  proactive,
  proactiveData,
  userData,
}: Readonly<Record<string, unknown>>): boolean =>
  proactive === true || !!proactiveData || !!objectOf(userData)['webengagement']

/** One message that was put before the visitor: the type of the message, and of the party it is from. */
export interface Line {
  readonly kind: string
  readonly author: string
}

type Counter = 'filesUploaded' | 'userMessages' | 'agentMessages' | 'systemMessages'

const SAYS: Record<string, Counter> = {
  Client: 'userMessages',
  Agent: 'agentMessages',
  Supervisor: 'agentMessages',
  Bot: 'systemMessages',
  External: 'systemMessages',
}

/** Which counters a line adds to. Typing, notices, idle alerts and what is not here are no lines. */
function countersOf({ kind, author }: Line): Counter[] {
  const says = SAYS[author]
  if (!says) return []
  if (/^(Message|PushUrl)$/.test(kind)) return [says]
  if (kind === 'FileUploaded') return author === 'External' ? ['filesUploaded'] : ['filesUploaded', says]
  const isShown = kind === 'ParticipantJoined' ? author !== 'External' : kind === 'ParticipantLeft'
  return isShown && !(kind === 'ParticipantLeft' && /Client|External/.test(author)) ? ['systemMessages'] : []
}

/** Whether the line says that the visitor came: shown once. */
export const isChatStarted = ({ kind, author }: Line): boolean =>
  kind === 'ParticipantJoined' && author === 'Client'

/** `block` after `lines` were shown. */
export function counted(block: Metadata, lines: readonly Line[]): Metadata {
  const totals: Partial<Record<Counter, number>> = {}
  for (const counter of lines.flatMap(countersOf)) totals[counter] = (totals[counter] ?? block[counter]) + 1
  return { ...block, ...totals }
}

/** `block` with the counters of lines at zero, for a transcript that is told again from its start. */
export const uncounted = (block: Metadata): Metadata => ({ ...block, ...all(LINE_COUNTERS, 0) })
