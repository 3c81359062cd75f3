import { describe, expect, it } from 'vitest'
import type { Json } from '../../../shared/transport'
import { createBayeux, messagesIn } from './bayeux'

const CHANNEL = '/service/chatV2/s'
type Answering = (sent: Json[]) => Json[] | string

/** A client, and what it sent; `answers` are used up one by one. */
function talking(...answers: Answering[]) {
  const asked: [path: string, messages: Json[], timeoutMs: number][] = []
  const client = createBayeux(
    CHANNEL,
    async (path, messages, timeoutMs) => {
      asked.push([path, messages, timeoutMs])
      return answers.shift()?.(messages) ?? 'nobody there'
    },
    () => 3000,
  )
  return { client, asked }
}
const done =
  (more: Json = {}) =>
  (sent: Json[]) =>
    sent.map(({ id, channel }) => ({ id, channel, successful: true, ...more }))
const shaken = done({ clientId: 'C1', advice: { reconnect: 'retry', interval: 0, timeout: 20_000 } })

describe('a Bayeux client', () => {
  it('shakes hands, and is known by the name that it is given', async () => {
    const { client, asked } = talking(shaken, done())
    expect(client.isKnown()).toBe(false)
    await client.handshake()
    expect(client.isKnown()).toBe(true)
    await client.connect()
    expect(asked[1]).toEqual([
      'connect',
      [{ id: '2', channel: '/meta/connect', clientId: 'C1', connectionType: 'long-polling' }],
      30_000, // What the server holds it for, and some more.
    ])
  })
  it('hears what was pushed with what it published', async () => {
    const push = { channel: CHANNEL, data: { statusCode: 0 } }
    const { client } = talking(shaken, (sent) => [push, ...done()(sent), { channel: '/other', data: {} }])
    await client.handshake()
    expect(await client.publish({ operation: 'refresh' })).toEqual({ pushed: [push.data] })
  })
  it('is told when it is unknown, and forgets its name', async () => {
    const unknown = done({ successful: false, error: '402::Unknown client' })
    const { client } = talking(shaken, unknown)
    await client.handshake()
    expect(await client.connect()).toMatchObject({ isUnknown: true })
    expect(client.isKnown()).toBe(false)
  })
  it('knows what is lost from what is refused', async () => {
    const { client } = talking(
      shaken,
      () => 'error',
      done({ successful: false, error: '403::no' }),
      () => [{ channel: '/meta/connect', successful: true }],
    )
    await client.handshake()
    expect(await client.publish({})).toEqual({ pushed: [], lost: 'error' })
    expect(await client.publish({})).toEqual({ pushed: [], refused: '403::no', isUnknown: false })
    expect(await client.publish({})).toEqual({ pushed: [], lost: 'no reply' })
  })
  it('heeds advice, whichever reply brings it', async () => {
    const { client } = talking(shaken, done({ advice: { reconnect: 'none', interval: 500, timeout: 9 } }))
    await client.handshake()
    await client.connect()
    expect([client.pauseMs, client.mayReturn]).toEqual([500, false])
  })
  it('says that it leaves, if it was ever there', async () => {
    const { client, asked } = talking(shaken, done())
    client.leave()
    expect(asked).toEqual([])
    await client.handshake()
    client.leave()
    expect(asked[1]?.[1]).toMatchObject([{ channel: '/meta/disconnect', clientId: 'C1' }])
    expect(client.isKnown()).toBe(false)
  })
})

it('takes no body for messages that is none', () => {
  expect(messagesIn([{ channel: '/meta/connect' }])).toHaveLength(1)
  for (const body of [undefined, {}, [], 'x', [{}], [{ channel: '' }]])
    expect(messagesIn(body)).toBeUndefined()
})
