import { describe, expect, it } from 'vitest'
import { v3AnswerOf, withToken } from './v3answers'

const CLAIMS = { sessionId: 'S1', participantId: 'P1', transportId: 'T1' }
const TOKEN = `e30.${btoa(JSON.stringify(CLAIMS))}.x`
const SESSION = withToken(TOKEN)
const reply = (status: number, body: unknown) => ({
  status,
  statusText: '',
  text: typeof body === 'string' ? body : JSON.stringify(body),
  retryAfter: undefined,
})
const failure = (code: string, message = '') => ({ status: { code, message } })

describe('a token', () => {
  it('is all that a session is', () => {
    expect(SESSION.sessionId).toBe('S1')
    expect(SESSION.extra).toEqual({ ...CLAIMS, token: TOKEN })
  })
  it('may be written with the letters of addresses', () => {
    const wide = JSON.stringify({ sessionId: 'S?>', participantId: '', transportId: '' })
    const token = `e30.${btoa(wide).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')}.x`
    expect(withToken(token).sessionId).toBe('S?>')
  })
  it.each(['', 'x', 'a.b', 'a.%%%.c', `a.${btoa('[]')}.c`])('that is none proves nothing: %s', (token) => {
    expect(withToken(token).sessionId).toBe('')
  })
})

describe('an answer of version 3', () => {
  it('to a start has a token', () => {
    const { outcome, credentials } = v3AnswerOf(
      reply(200, { data: { clientToken: TOKEN } }),
      SESSION,
      'start',
    )
    expect([outcome, credentials?.sessionId]).toEqual(['done', 'S1'])
  })
  it('to a read has messages, and says whether the chat goes on', () => {
    const messages = [{ index: '7', type: 'Text' }]
    const open = v3AnswerOf(reply(200, { data: { messages } }), SESSION, 'read')
    expect([open.events, open.chatEnded]).toEqual([messages, false])
    const over = v3AnswerOf(reply(200, { data: { messages, chatEnded: true } }), SESSION, 'read')
    expect([over.events, over.chatEnded]).toEqual([messages, true])
  })
  it('to a send may say that it was not received', () => {
    expect(v3AnswerOf(reply(200, { statusCode: 1 }), SESSION, 'do').outcome).toBe('later')
    expect(v3AnswerOf(reply(200, { chatEnded: 1 }), SESSION, 'do').chatEnded).toBe(true)
  })
  it.each([
    [404, 'ANY', 'read', true],
    [400, 'INVALID_SESSION', 'do', true],
    [401, 'AUTHENTICATION_REQUIRED', 'resume', true],
    [401, 'AUTHENTICATION_REQUIRED', 'read', undefined],
    [404, 'NOT_FOUND', 'start', undefined],
  ] as const)('%s %s to a %s: lost is %s', (status, code, asked, isLost) => {
    const { outcome, chatEnded } = v3AnswerOf(reply(status, failure(code)), SESSION, asked)
    expect([outcome, chatEnded]).toEqual(['refused', isLost])
  })
  it('that fails is told under the names that pages know', () => {
    const { error, faults } = v3AnswerOf(reply(400, failure('INVALID_ENDPOINT', 'no')), SESSION, 'start')
    expect(faults).toEqual([{ code: 'pureengage-v3-rest-INVALID_ENDPOINT', text: 'no' }])
    expect(error).toMatchObject({ errors: [{ ...faults[0], response: { status: 400 } }] })
  })
  it('that wants to be asked less often is no error', () => {
    const busy = v3AnswerOf(reply(429, failure('TOO_MANY_REQUESTS')), SESSION, 'read')
    expect([busy.outcome, busy.faults]).toEqual(['later', []])
  })
  it.each(['<html>', '', '[]'])('that is no envelope is broken: %s', (text) => {
    expect(v3AnswerOf(reply(200, text), SESSION, 'read').outcome).toBe('broken')
    expect(v3AnswerOf(reply(502, text), SESSION, 'read').outcome).toBe('broken')
  })
  it('that did not come is unreachable', () => {
    expect(v3AnswerOf(reply(0, ''), SESSION, 'read').outcome).toBe('unreachable')
  })
})
