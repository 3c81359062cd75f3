// The commands and events that sites use most, with what they take and give. Others work too, without types.

import type { BusEvent, Promised } from '../shared/types'
import type { Frontdesk } from '../widget/desk'
import type { Configuration } from './configuration'

/** What is known about a chat, from the opening of the window to its end. Nothing yet is `false`, or 0. */
export interface Metadata {
  id: string
  proactive: boolean
  prefilled: boolean
  autoSubmitted: boolean
  filesUploaded: number
  numAgents: number
  userMessages: number
  agentMessages: number
  systemMessages: number
  errors: string[] | false
  /** Only in the events of this page; never kept. */
  form: Record<string, unknown> | false
  /** Milliseconds since the Unix epoch, as all that follow. */
  opened: number | false
  started: number | false
  cancelled: number | false
  rejected: number | false
  completed: number | false
  closed: number | false
  agentReached: number | false
  supervisorReached: number | false
  /** Milliseconds, as the next. */
  elapsed: number | false
  waitingForAgent: number | false
}

export interface Message {
  index: number | string
  type: string
  text: string
  /** Milliseconds since the Unix epoch. */
  timestamp: number
  from: { id: string; type: 'Client' | 'Agent' | 'Supervisor' | 'Bot' | 'External'; name: string }
  restoring?: boolean
}

export interface OpenOptions {
  /** Values for the form; `false` shows the transcript instead of a form. */
  form?: ({ autoSubmit?: boolean } & Record<string, unknown>) | false
  formJSON?: object
  userData?: Record<string, unknown>
  markdown?: boolean
  id?: string
  proactive?: boolean
  minimized?: boolean
}

/** Options and result by address. */
export interface Commands {
  'App.setLanguage': [{ lang: string }, undefined]
  'App.setTheme': [{ theme: string }, string]
  'App.getTheme': [object, string]
  'App.closeAll': [object, undefined]
  'WebChat.open': [OpenOptions, undefined]
  'WebChat.close': [object, undefined]
  'WebChat.minimize': [{ minimized?: boolean }, undefined]
  'WebChat.endChat': [object, undefined]
  'WebChat.invite': [object, undefined]
  'WebChat.injectMessage': [{ type?: 'text' | 'html'; name?: string; text: string }, unknown]
  'WebChat.showChatButton': [{ openDelay?: number; duration?: number }, undefined]
  'WebChat.hideChatButton': [{ duration?: number }, undefined]
  'WebChatService.startChat': [
    {
      nickname?: string
      firstname?: string
      lastname?: string
      email?: string
      subject?: string
      userData?: object
    },
    unknown,
  ]
  'WebChatService.endChat': [object, unknown]
  'WebChatService.sendMessage': [{ message: string }, unknown]
  'WebChatService.sendTyping': [{ message?: string }, unknown]
  'WebChatService.updateUserData': [Record<string, unknown>, unknown]
  'WebChatService.getTranscript': [object, { messages: Message[]; originalMessages: unknown[] }]
  'WebChatService.getAgents': [object, { agents: Record<string, { name: string; connected: boolean }> }]
  'WebChatService.verifySession': [object, { sessionActive: boolean }]
}

/** Payload by address. */
export interface Events {
  'App.ready': Configuration
  'App.language': { language: string }
  'App.theme': { theme: string }
  'WebChat.ready': object
  'WebChat.opened': Metadata
  'WebChat.submitted': Metadata
  'WebChat.started': Metadata
  'WebChat.rejected': Metadata
  'WebChat.cancelled': Metadata
  'WebChat.completed': Metadata
  'WebChat.closed': Metadata
  'WebChat.minimized': object
  'WebChat.unminimized': object
  'WebChatService.messageReceived': {
    messages: Message[]
    originalMessages: unknown[]
    restoring: boolean
  }
  'WebChatService.agentConnected': { message: Message; numAgentsConnected: number }
  'WebChatService.agentDisconnected': { message: Message; numAgentsConnected: number }
  'WebChatService.agentTypingStarted': Message
  'WebChatService.ended': object
  'WebChatService.disconnected': object
  'WebChatService.reconnected': object
}

/** The global `frontdesk`, which knows what its commands and events carry. */
export interface Chat extends Omit<Frontdesk, 'command' | 'subscribe' | 'configure' | 'push'> {
  command<Address extends keyof Commands>(
    address: Address,
    options?: Commands[Address][0],
  ): Promised<Commands[Address][1]>
  command<Result = unknown>(address: string, options?: object): Promised<Result>
  subscribe<Address extends keyof Events>(
    address: Address,
    subscriber: (event: BusEvent<Events[Address]>) => unknown,
  ): string | false
  subscribe<Payload = Record<string, unknown>>(
    address: string,
    subscriber: (event: BusEvent<Payload>) => unknown,
  ): string | false
  configure(configuration: Configuration): void
  push(...functions: ((chat: Chat) => unknown)[]): void
}
