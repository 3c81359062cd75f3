import { describe, expect, it } from 'vitest'
import type { FactName } from './facts'
import { isOpen, NEW, step } from './lifecycle'
import { counted, EMPTY, loaded, published, saved } from './metadata'

/** What is published when these facts come, one a second. */
function story(...facts: [FactName, object?][]) {
  let life = NEW
  return facts.flatMap(([fact, said], second) => {
    const [after, events] = step(life, { fact, atMs: second * 1000, id: 'i', ...said } as never)
    life = after
    return events
  })
}
const names = (...facts: FactName[]) =>
  story(...facts.map((fact): [FactName, object] => [fact, { codes: ['240'], partyId: 'a', form: {} }]))
    .map(({ name }) => name)
    .join(' ')

describe('the life of an interaction', () => {
  it.each<[FactName[], string]>([
    [['initialised', 'opened', 'closed'], 'ready opened cancelled closed'],
    [
      ['initialised', 'opened', 'formSubmitted', 'serviceStarted', 'sessionEnded', 'closed'],
      'ready opened submitted started cancelled closed',
    ],
    [['initialised', 'opened', 'formSubmitted', 'startRefused'], 'ready opened submitted rejected'],
    [
      ['initialised', 'opened', 'formSubmitted', 'serviceStarted', 'agentJoined', 'sessionEnded', 'closed'],
      'ready opened submitted started completed closed',
    ],
    [
      ['initialised', 'serviceStarted', 'opened', 'closed', 'opened', 'sessionEnded'],
      'ready started opened closed opened cancelled',
    ],
    [
      ['initialised', 'opened', 'formSubmitted', 'closed', 'startRefused'],
      'ready opened submitted closed rejected cancelled',
    ],
    [['initialised', 'restored', 'opened', 'sessionEnded', 'closed'], 'ready opened cancelled closed'],
    [['initialised', 'restoreFailed', 'opened'], 'ready closed opened'],
    [['sessionEnded', 'closed', 'initialised', 'sessionEnded'], 'ready'],
  ])('%j', (facts, events) => {
    expect(names(...facts)).toBe(events)
  })

  it('counts agents, and remembers when the first one came', () => {
    const [, , { block }] = story(
      ['initialised'],
      ['serviceStarted'],
      ['agentJoined', { partyId: '1' }],
      ['agentJoined', { partyId: '2' }],
      ['agentJoined', { partyId: '1' }],
      ['sessionEnded'],
    ) as [unknown, unknown, { block: typeof EMPTY }]
    expect(published(block, 99_000)).toMatchObject({
      numAgents: 2,
      agentReached: 2000,
      waitingForAgent: 1000,
      elapsed: 4000,
      systemMessages: 1,
    })
  })

  it('is open while a window is on screen', () => {
    expect(isOpen(NEW)).toBe(false)
    expect(isOpen({ ...NEW, phase: 'ended' })).toBe(true)
    expect(isOpen({ ...NEW, phase: 'waiting', isHidden: true })).toBe(false)
  })
})

describe('the block', () => {
  it('counts what is shown', () => {
    const lines = [
      ['ParticipantJoined', 'Client'],
      ['ParticipantJoined', 'External'],
      ['ParticipantLeft', 'Client'],
      ['ParticipantLeft', 'Agent'],
      ['Message', 'Client'],
      ['PushUrl', 'Supervisor'],
      ['FileUploaded', 'Agent'],
      ['FileUploaded', 'External'],
      ['Message', 'Bot'],
      ['TypingStarted', 'Agent'],
      ['CustomNotice', 'Client'],
    ].map(([kind = '', author = '']) => ({ kind, author }))
    expect(counted(EMPTY, lines)).toMatchObject({
      filesUploaded: 2,
      userMessages: 1,
      agentMessages: 2,
      systemMessages: 3,
    })
  })
  it('is kept without the words of the form', () => {
    const block = { ...EMPTY, id: 'x', started: 5, errors: ['240'], form: { wish: 'privacy' } }
    expect(saved(block)).not.toContain('privacy')
    expect(loaded(JSON.parse(saved(block)))).toEqual({ ...block, form: false })
  })
  it.each([[null], ['text'], [[1]], [undefined]])('is not there in %j', (value) => {
    expect(loaded(value)).toBeUndefined()
  })
  it('forgets what makes no sense', () => {
    expect(loaded({ numAgents: 'many', started: '5', errors: [1], id: 3, other: 1 })).toEqual(EMPTY)
  })
})
