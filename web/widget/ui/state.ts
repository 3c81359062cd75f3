// What is known about the window, and everybody's way to change it.

import type { Options, Plugin, Promised } from '../../shared/types'
import type { Core } from '../core/start'
import type { Interaction } from '../lifecycle/interaction'
import type { FilledForm } from './form'
import type { Line } from './lines'
import type { OpenOptions, WindowOptions } from './options'

/** A question or a notice before which everything else has to wait. */
export interface Alert {
  readonly kind: 'chat-end' | 'chat-close' | 'general'
  /** What it is about, so that it can be taken back. */
  readonly about: string
  /** Words, or the nodes of words with markup. */
  readonly text: string | Node
  /** The last one is what the visitor most likely wants. */
  readonly buttons: readonly AlertButton[]
}

/** The key of its words, what it does, and its class. */
export type AlertButton = readonly [key: string, act?: (() => void) | undefined, name?: string]

export interface State {
  readonly isOpen: boolean
  readonly isMinimized: boolean
  readonly isHidden: boolean
  /** An asynchronous chat that was left closed stays so until somebody writes. */
  readonly staysClosed: boolean
  readonly isMobile: boolean
  /** A session goes on. */
  readonly isActive: boolean
  /** There was a session; its transcript can be read. */
  readonly isEnded: boolean
  readonly isLoading: boolean
  /** No connection. */
  readonly isLocked: boolean
  /** The error that lasts as long as the server cannot be reached. */
  readonly trouble: string
  readonly lines: readonly Line[]
  /** The oldest lines are no longer here; the service has them. */
  readonly isCut: boolean
  /** How many of the newest lines are in the document. */
  readonly shown: number
  readonly typing: readonly { id: string; name: string; type: string }[]
  readonly unread: number
  readonly draft: string
  readonly alert: Alert | undefined
  /** A notice that is told once the question before it has been answered. */
  readonly nextAlert: Alert | undefined
  /** Which emoji is chosen in the open list. */
  readonly emojiAt: number | undefined
  readonly form: FilledForm | undefined
  readonly overlays: { readonly static?: Slot | undefined; readonly dynamic?: Slot | undefined }
  /** A warning about silence, and the seconds that are left. */
  readonly idle: { readonly text: string; readonly left?: number | undefined } | undefined
  readonly upload: { readonly name: string; readonly part: number; cancel(): void } | undefined
  readonly limits: { readonly types: string; readonly bytesMax: number; readonly needsAgent: boolean }
  readonly hasAgent: boolean
  readonly capabilities: { async?: boolean; asyncClose?: string; pagination?: boolean; fileUpload?: boolean }
  /** What is to be read out. */
  readonly spoken: readonly string[]
  readonly words: Options
  readonly timeFormat: number
}

export interface Slot {
  readonly node: Node
  readonly mode: string
  readonly hasNoFooter: boolean
}

/** How much of a long transcript the document holds at once. */
export const SHOWN_MAX = 1000

/** How much of one is kept while the newest lines are in view. */
export const KEPT_MAX = 1500

/** All that belongs to one session, before it. */
export const FRESH = {
  isActive: false,
  isEnded: false,
  isLoading: false,
  isLocked: false,
  trouble: '',
  lines: [],
  isCut: false,
  shown: SHOWN_MAX,
  typing: [],
  unread: 0,
  draft: '',
  alert: undefined,
  nextAlert: undefined,
  emojiAt: undefined,
  form: undefined,
  idle: undefined,
  upload: undefined,
  hasAgent: false,
} satisfies Partial<State>

/** No window. */
export const CLOSED = { isOpen: false, isMinimized: false, isHidden: false, overlays: {}, spoken: [] }

export const EMPTY: State = {
  ...FRESH,
  ...CLOSED,
  staysClosed: false,
  isMobile: false,
  limits: { types: '', bytesMax: Number.POSITIVE_INFINITY, needsAgent: false },
  capabilities: {},
  words: {},
  timeFormat: 12,
}

/** The window as all its parts see it. */
export interface Chat {
  readonly core: Core
  readonly plugin: Plugin
  /** The name of the plugin that talks to the server. */
  readonly serviceName: string
  /** The root of the window. */
  readonly host: HTMLElement
  state: State
  /** The visitor's interaction, once the plugin is ready. */
  interaction: Interaction | undefined
  /** What `WebChat.open` was told. */
  opened: OpenOptions
  options(): WindowOptions
  /** Change what is known; the view follows within the same task. */
  set(change: Partial<State>): void
  /** Call `look` after every change, with what was before. */
  watch(look: (before: State) => void): void
  /** Draw what is known now, at once. */
  draw(): void
  /** The text of a key, with `<%Name%>` filled in. */
  say(key: string, values?: Record<string, string>): string
  /** What readers hear of a control: the text of `Aria<key>`, or of the key. */
  label(key: string): string
  /** The text of an error by its code; none when there is none for it. */
  error(code: string | number, values?: Record<string, string>): string
  /** Ask something; with no buttons given it is a notice. A string of a language pack may hold markup. */
  ask(about: string, text: string, buttons?: readonly AlertButton[], kind?: Alert['kind']): void
  /** Take back a question or a notice, if it is still there. */
  takeBack(about: string): void
  /** Send words to the other side. */
  tell(text: string, options?: Options): void
  /** Bring back lines that are no longer here. */
  recall(): Promise<void>
  /** A command to the service. */
  service<T = Options>(command: string, options?: object): Promised<T>
  /** Events of the service, by name. */
  hear(events: Record<string, (data: never) => void>): void
  /** A command through the bus to ourselves, so that hooks see it. Nobody has to hear that it was refused. */
  command(name: string, options?: object): Promised
  /** Read something out. */
  speak(text: string): void
  /** What has the focus in our shadow root. */
  focused(): Element | null
}

/** A text with `<%Name%>` filled in. */
export const filled = (text: string, values: Record<string, string> = {}): string =>
  text.replace(/<%(\w+)%>/g, (all, name: string) => values[name] ?? all)
