import { describe, expect, it } from 'vitest'
import { withToken } from './v3answers'
import { v3Keeping } from './v3keeping'

const TOKEN = `e30.${btoa(JSON.stringify({ sessionId: 'S1', participantId: 'P1', transportId: 'T1' }))}.x`
const SESSION = withToken(TOKEN)
const STATE = '_genesys.widgets.webchat.state.'

const memory = () => {
  const kept = new Map<string, string>()
  const store = {
    get: (name: string) => kept.get(name),
    set: (name: string, value: string) => void kept.set(name, value),
    remove: (name: string) => void kept.delete(name),
  }
  return { kept, keeping: v3Keeping(store) }
}

describe('a session of version 3', () => {
  it('is kept under the names that sites read', () => {
    const { kept, keeping } = memory()
    keeping.save(SESSION, { nowMs: 1, nextIndex: 1000000000000008, filters: [/a/i] })
    expect(Object.fromEntries(kept)).toEqual({
      [`${STATE}pureengage-v3-rest.session`]: 'S1',
      [`${STATE}pureengage-v3-rest.keys`]: TOKEN,
      [`${STATE}pureengage-v3-rest.index`]: '1000000000000007',
      [`${STATE}filters`]: '{"custom":[{"source":"a","flags":"i"}]}',
    })
    expect(keeping.load()).toMatchObject({ credentials: SESSION, filters: [/a/i] })
    keeping.forget()
    expect([...kept, keeping.load()]).toEqual([undefined])
  })
  it('is handed to a page that keeps it itself, and taken back in each form', () => {
    const { keeping } = memory()
    const handed = keeping.handed(SESSION, 8)
    expect(handed).toEqual({ messageIndex: '7', token: TOKEN })
    for (const given of [handed, JSON.stringify(handed), TOKEN]) expect(keeping.given(given)).toEqual(SESSION)
    for (const nothing of [undefined, null, '', 'x', {}, '{}', 7])
      expect(keeping.given(nothing)).toBeUndefined()
  })
})
