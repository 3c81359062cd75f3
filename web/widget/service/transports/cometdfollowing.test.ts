import { describe, expect, it } from 'vitest'
import type { Answer } from '../../../shared/transport'
import { createReceiver, pauseAfter } from './cometdfollowing'

const SESSION = { sessionId: 'C', secureKey: 'K', userId: 'U', alias: '1' }
const event = (index: number) => ({ index, type: 'Message' })
const envelope = (nextPosition: number, ...indexes: number[]) => ({
  statusCode: 0,
  chatEnded: false,
  messages: indexes.map(event),
  nextPosition,
})

function receiving(position = 1) {
  const heard: Answer[] = []
  const receiver = createReceiver(SESSION, position, (answer) => heard.push(answer))
  return { receiver, heard, indexes: () => heard.flatMap(({ events }) => events.map(({ index }) => index)) }
}

describe('what is pushed', () => {
  it('is handed over once, and the next is asked for from there', () => {
    const { receiver, indexes } = receiving(2)
    receiver.take([envelope(4, 1, 2, 3), envelope(5, 3, 4)])
    expect([indexes(), receiver.position]).toEqual([[2, 3, 4], 5])
  })
  it('counts events that nobody may see', () => {
    const { receiver } = receiving()
    receiver.take([envelope(9, 1)])
    expect(receiver.position).toBe(9)
  })
  it('comes in order when what had waited stands before what was asked for', () => {
    const { receiver, indexes } = receiving(3)
    receiver.take([envelope(6, 5), envelope(6, 3, 4, 5), envelope(6)])
    expect(indexes()).toEqual([3, 4, 5])
  })
  it('moves nothing when it says that something went wrong', () => {
    const { receiver, heard } = receiving(3)
    receiver.take([{ statusCode: 1, messages: [], nextPosition: 9 }])
    expect([receiver.position, heard[0]?.outcome]).toEqual([3, 'later'])
  })
  it('ends with the end', () => {
    const { receiver, heard } = receiving()
    receiver.take([{ ...envelope(2, 1), chatEnded: true }, envelope(3, 2)])
    expect(heard.map(({ chatEnded }) => chatEnded)).toEqual([true])
  })
  it('may bring credentials anew', () => {
    const { receiver } = receiving()
    receiver.take([{ ...envelope(2), secureKey: 'K2' }])
    expect(receiver.session).toMatchObject({ sessionId: 'C', secureKey: 'K2' })
  })
})

it('waits longer after each failure, but not for ever, and not as long as its neighbour', () => {
  expect([1, 2, 100].map((failures) => pauseAfter(failures, () => 1))).toEqual([1000, 2000, 30_000])
  expect(pauseAfter(4, () => 0)).toBe(2000)
})
