// The life of one visitor's interaction, as the chat window tells it: opened, submitted, started … closed.
//
// Facts go in, lifecycle events with their metadata come out. One table says which events each fact causes. Its
// twin is src/frontdesk/domain/lifecycle.py.

import type { Fact, FactName } from './facts'
import { counted, EMPTY, isChatStarted, type Metadata, uncounted } from './metadata'

export type EventName =
  | 'ready'
  | 'opened'
  | 'submitted'
  | 'started'
  | 'rejected'
  | 'cancelled'
  | 'completed'
  | 'closed'

/** Where an interaction stands; `new`: nothing has been announced on this page yet. */
export type Phase = 'new' | 'idle' | 'form' | 'submitting' | 'waiting' | 'engaged' | 'ended'

/** The interaction of one page. */
export interface Lifecycle {
  readonly phase: Phase
  /** There is an interaction but no window. */
  readonly isHidden: boolean
  readonly block: Metadata
  /** Agents and supervisors seen. */
  readonly partyIds: ReadonlySet<string>
  readonly hasBegunTranscript: boolean
}

/** Nothing has happened on this page. */
export const NEW: Lifecycle = {
  phase: 'new',
  isHidden: false,
  block: EMPTY,
  partyIds: new Set(),
  hasBegunTranscript: false,
}

/** Whether a window is on screen. */
export const isOpen = ({ phase, isHidden }: Lifecycle): boolean => !/new|idle/.test(phase) && !isHidden

/** Whether a session is active. */
export const isRunning = ({ phase }: Lifecycle): boolean => /waiting|engaged/.test(phase)

/** Whether the next page could go on with this interaction. */
export const isWorthSaving = ({ phase }: Lifecycle): boolean => /waiting|engaged|form|submitting/.test(phase)

/** A lifecycle event to publish, with the block at that moment. */
export interface Published {
  readonly name: EventName
  readonly block: Metadata
}

type After = 'keep' | 'hide' | 'show' | 'reset'

/**
 * In `sources`, `trigger` leads to `target` (or stays) and publishes `events` in order; `hidden`: only so.
 *
 * `after`: `hide` takes the window away, not the interaction; `reset` begins anew.
 */
type Row = [
  sources: string,
  trigger: FactName,
  target?: Phase | undefined,
  events?: string,
  after?: After,
  hidden?: boolean,
]

const RUNNING = 'waiting engaged'
const BEHIND = `submitting ${RUNNING}`

// Source: webchat-service, section 8, whose row numbers stand at the end of lines. A window that closes during the
// request is rows 14 and 6 together. A fact without a row is no news.
const ROWS: Row[] = [
  ['new', 'initialised', 'idle', 'ready'], // 1
  ['idle', 'opened', 'form', 'opened'], // 2
  ['form', 'closed', 'idle', 'cancelled closed', 'reset'], // 3, 13
  ['form', 'formSubmitted', 'submitting', 'submitted'], // 4, 7
  ['submitting form', 'serviceStarted', 'waiting', 'started'], // 5
  ['submitting', 'startRefused', 'form', 'rejected', 'keep', false], // 6
  ['submitting', 'startRefused', 'idle', 'rejected cancelled', 'reset', true], // 6
  [RUNNING, 'agentJoined', 'engaged'], // 8, 9
  [RUNNING, 'botJoined', 'engaged'], // 8, 9
  [RUNNING, 'supervisorJoined'], // 9
  [RUNNING, 'messagesShown'], // 9
  [RUNNING, 'coBrowseStarted'], // 9
  [RUNNING, 'errorsReported'], // 9
  ['waiting', 'sessionEnded', 'ended', 'cancelled', 'keep', false], // 10
  ['waiting', 'sessionEnded', 'idle', 'cancelled', 'reset', true], // 10
  ['engaged', 'sessionEnded', 'ended', 'completed', 'keep', false], // 11
  ['engaged', 'sessionEnded', 'idle', 'completed', 'reset', true], // 11
  ['ended', 'closed', 'idle', 'closed', 'reset'], // 12
  [BEHIND, 'closed', undefined, 'closed', 'hide', false], // 14
  [BEHIND, 'opened', undefined, 'opened', 'show', true], // 15, 16
  ['idle', 'restored', 'waiting', '', 'hide'], // 16
  ['idle', 'restoreFailed', 'idle', 'closed', 'reset'], // 17
  ['idle', 'serviceStarted', 'waiting', 'started', 'hide'], // 18
]

/**
 * The interaction after `fact`, and what it publishes, in order.
 *
 * Each event carries the block at its own moment; a fact that means nothing here changes nothing.
 */
export function step(life: Lifecycle, fact: Fact): [Lifecycle, Published[]] {
  const row = ROWS.find(
    ([sources, trigger, , , , hidden]) =>
      trigger === fact.fact &&
      sources.split(' ').includes(life.phase) &&
      (hidden === undefined || hidden === life.isHidden),
  )
  if (!row) return [life, []]
  const [, , target, events = '', after = 'keep'] = row
  let now = learnt(life, fact)
  now = { ...now, phase: phaseOf(target ?? life.phase, now.block) }
  const published: Published[] = []
  for (const name of events.split(' ').filter(Boolean) as EventName[]) {
    now = { ...now, block: stamped(now.block, name, fact.atMs) }
    published.push({ name, block: now.block })
  }
  return [settled(now, after), published]
}

/** A restored session in which somebody answered before the reload waits no longer. */
const phaseOf = (phase: Phase, { agentReached, botReached }: Metadata): Phase =>
  phase === 'waiting' && (agentReached || botReached) ? 'engaged' : phase

function stamped(block: Metadata, name: EventName, atMs: number): Metadata {
  if (/ready|submitted/.test(name) || (name === 'opened' && block.opened)) return block
  return { ...block, [name]: atMs }
}

function settled(life: Lifecycle, after: After): Lifecycle {
  if (after === 'reset') return { ...NEW, phase: 'idle' }
  if (after === 'hide') return { ...life, isHidden: true, block: { ...life.block, closed: false } }
  return after === 'show' ? { ...life, isHidden: false } : life
}

/** What `fact` adds, before any event is published. */
function learnt(life: Lifecycle, fact: Fact): Lifecycle {
  const { block, hasBegunTranscript } = life
  const noted = (change: Partial<Metadata>) => ({ ...life, block: { ...block, ...change } })
  switch (fact.fact) {
    case 'agentJoined':
      return joined(noted({ agentReached: block.agentReached || fact.atMs }), fact.partyId)
    case 'supervisorJoined':
      return joined(noted({ supervisorReached: block.supervisorReached || fact.atMs }), fact.partyId)
    case 'botJoined':
      return noted({ botReached: block.botReached || fact.atMs })
    case 'messagesShown': {
      let has = hasBegunTranscript && !fact.replayed
      const lines = fact.lines.filter((line) => {
        const isAgain = isChatStarted(line) && has // Only the visitor's first arrival is told.
        has ||= isChatStarted(line)
        return !isAgain
      })
      return {
        ...life,
        block: counted(fact.replayed ? uncounted(block) : block, lines),
        hasBegunTranscript: has,
      }
    }
    case 'opened': {
      const { id, proactive, proactiveData, prefilled } = fact
      return life.phase === 'idle'
        ? { ...life, block: { ...EMPTY, id, proactive, proactiveData, prefilled } }
        : life
    }
    case 'serviceStarted':
      return life.phase === 'idle' ? { ...life, block: { ...EMPTY, id: fact.id } } : life
    case 'formSubmitted':
      return noted({ form: { ...fact.form }, autoSubmitted: fact.automatic })
    case 'startRefused':
    case 'errorsReported':
      return fact.codes.length ? noted({ errors: [...(block.errors || []), ...fact.codes] }) : life
    case 'coBrowseStarted':
      return noted({ coBrowseInitiated: true })
    case 'sessionEnded': // The line that says so is shown to the visitor like any other.
      return noted({ systemMessages: block.systemMessages + 1 })
    case 'restored':
    case 'restoreFailed': {
      const saved = fact.saved ?? EMPTY
      const id = saved.id || fact.id
      if (fact.fact === 'restoreFailed')
        return { ...life, block: { ...saved, id, errors: [...(saved.errors || []), 'restoreFailed'] } }
      // A page that lost the block knows the session from now on.
      return { ...life, block: { ...saved, id, started: saved.started || fact.atMs } }
    }
    default:
      return life
  }
}

/** After a reload the parties are met again one by one, while the saved number already counts them. */
function joined(life: Lifecycle, partyId: string): Lifecycle {
  const partyIds = new Set(life.partyIds).add(partyId)
  const numAgents = Math.max(life.block.numAgents, partyIds.size)
  return { ...life, partyIds, block: { ...life.block, numAgents } }
}
