// Who is in the session, as told by the server's events one by one.

import type { Json } from '../../shared/transport'
import { authorOf, isFromBot, type Message, partyOf, typeOf } from './messages'

/** An event to publish. */
export interface Told {
  readonly name: string
  readonly data?: object | undefined
}

/** An agent or supervisor, those who left as well. */
export interface Agent {
  readonly name: unknown
  readonly connected: boolean
  readonly supervisor: boolean
  readonly connectedTime: unknown
  readonly disconnectedTime: unknown
}

const PEOPLE = /^(Client|Agent|Supervisor|Bot)$/
const STAFF = /^(Agent|Supervisor)$/
const ENDS_TYPING = /^(Message|PushUrl|Notice|ParticipantLeft)$/

export type People = ReturnType<typeof createPeople>

/** The parties of one session. */
export function createPeople() {
  const agents: Record<string, Agent> = {}
  const botIds = new Set<unknown>()
  const typingIds = new Set<unknown>()
  const idOf = (event: Json) => authorOf(event)['participantId']

  /** Whether `event` is from a bot; who was one once stays one. */
  const isBot = (event: Json): boolean => {
    if (isFromBot(event)) botIds.add(idOf(event))
    return botIds.has(idOf(event))
  }
  const arrive = (id: string, party: string, event: Json) => {
    agents[id] = {
      name: authorOf(event)['nickname'] ?? '',
      connected: true,
      supervisor: party === 'Supervisor',
      connectedTime: event['utcTime'],
      disconnectedTime: false,
    }
  }
  const cameOrWent = (name: string, message: Message): Told => {
    const numAgentsConnected = Object.values(agents).filter(({ connected }) => connected).length
    return { name, data: { message, agents: { ...agents }, numAgentsConnected } }
  }
  return {
    agents,
    isBot,
    /** What follows from `event`, whose `message` goes along: who joined, left, types, types no more. */
    hear(event: Json, message: Message): Told[] {
      const kind = typeOf(event)
      const party = isBot(event) ? 'Bot' : partyOf(event)
      const partyId = idOf(event)
      const id = `${partyId}`
      const isPerson = PEOPLE.test(party)
      const isStaff = STAFF.test(party)
      const told: Told[] = []
      if (kind === 'ParticipantJoined' && isPerson) {
        if (isStaff) arrive(id, party, event)
        told.push(cameOrWent(`${party.toLowerCase()}Connected`, message))
      } else if (kind === 'TypingStarted' && isStaff) {
        typingIds.add(partyId)
        told.push({ name: 'agentTypingStarted', data: message })
      } else if (kind === 'TypingStopped' && isStaff) {
        typingIds.delete(partyId)
        told.push({ name: 'agentTypingStopped', data: message })
      } else if (ENDS_TYPING.test(kind) && typingIds.delete(partyId)) {
        told.push({ name: 'agentTypingStopped', data: kind === 'ParticipantLeft' ? undefined : message })
      }
      if (kind === 'ParticipantLeft' && isPerson) {
        const agent = agents[id]
        if (agent) agents[id] = { ...agent, connected: false, disconnectedTime: event['utcTime'] }
        told.push(cameOrWent(`${party.toLowerCase()}Disconnected`, message))
      }
      return told
    },
  }
}
