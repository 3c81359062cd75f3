// What a transcript shows: messages of the service become lines. Pure; knows no document.

import type { Options } from '../../shared/types'

/** A message as the service publishes it. */
export interface Said {
  index?: number | string
  type?: string
  text?: string
  timestamp?: number
  from?: { id?: string | number; type?: string; name?: string }
  userData?: Options
  fileDetails?: Record<string, string>
  html?: boolean
  bubble?: Bubble
  avatar?: unknown
  restoring?: boolean
  content?: unknown
  contentType?: string
}

export interface Bubble {
  fill?: string
  radius?: number | string
  time?: boolean
  name?: boolean
  avatar?: false | { custom?: string; icon?: string }
  direction?: 'left' | 'right' | 'none'
}

export interface Line {
  /** Unique in the transcript; `cx-chat-index-<index>` is the id of its node. */
  readonly index: number | string
  readonly kind: 'message' | 'system' | 'file' | 'injected'
  /** `Client`, `Agent`, `Bot`, `Supervisor`, `External`, `injected`. */
  readonly author: string
  /** Lines of one group are shown as one person's. */
  readonly group: string
  readonly name: string
  readonly text: string
  readonly at: number
  /** The string of a system line, so that it changes with the language. */
  readonly key?: string
  readonly isHtml?: boolean
  readonly isRestored?: boolean
  readonly status?: 'sending' | 'failed'
  /** Of words on their way: the newest line of the server when they were said. */
  readonly after?: number
  readonly file?: { readonly id: string; readonly name: string; readonly size: string }
  /** There is structured content beside its words. */
  readonly isStructured?: boolean
  readonly said?: Said
  readonly original?: Options
  readonly bubble?: Bubble
  /** What a page put in instead of words. */
  readonly node?: Node
}

const GROUP_MAX = 20
/** Who is at the other side. */
export const PEOPLE = /^(Agent|Bot|Supervisor)$/

/** The line of a message; nothing when it is not for the transcript. */
export function lineOf(said: Said, original?: Options): Line | undefined {
  const { type = '', from = {}, index = '', text = '', timestamp = Date.now() } = said
  const author = from.type ?? 'External'
  const line = {
    index,
    author,
    group: `${author}${from.id ?? ''}`,
    name: from.name ?? '',
    text,
    at: Number(timestamp),
    said,
    ...(original && { original }),
    ...(said.restoring && { isRestored: true }),
    ...(said.bubble && { bubble: said.bubble }),
  }
  const system = (key?: string): Line => ({ ...line, kind: 'system', group: '', ...(key && { key }) })
  if (type === 'Ended') return system('ChatEnded')
  if (type === 'ParticipantJoined' && author === 'Client') return system('ChatStarted')
  if (type === 'ParticipantJoined' && PEOPLE.test(author)) return system(`${author}Connected`)
  if (type === 'ParticipantLeft' && PEOPLE.test(author)) return system(`${author}Disconnected`)
  if (type === 'FileUploaded') {
    const { 'file-id': id = '', 'file-name': name = '', 'file-size': size = '' } = said.fileDetails ?? {}
    return { ...line, kind: 'file', file: { id, name, size } }
  }
  if (!/^(Message|PushUrl|Structured)$/.test(type)) return undefined
  if (author === 'External') return text ? system() : undefined
  const attributes = original?.['eventAttributes'] as Options | undefined
  const isStructured = !!(said.contentType || attributes?.['structured-content'])
  return { ...line, kind: 'message', isHtml: !!said.html, isStructured }
}

/** The transcript with lines added; what is there already is not, nor a second start of the chat. */
export function withLines(lines: readonly Line[], added: readonly Line[], isOld = false): readonly Line[] {
  const known = new Set(lines.map(identity)) // Servers tell again after a reconnect.
  const fresh = added.filter((line) => !known.has(identity(line)) && known.add(identity(line)))
  return isOld ? [...fresh.reverse(), ...lines] : [...lines, ...fresh]
}

const identity = ({ key, index }: Line) => (key === 'ChatStarted' ? key : index)

/** The lines after a file was deleted: its line stays, and there is nothing to fetch any more. */
export const withoutFile = (lines: readonly Line[], id: unknown): readonly Line[] =>
  lines.map((line) => (line.file && line.file.id === id ? { ...line, file: { ...line.file, id: '' } } : line))

/** A group of lines is never empty. */
export type Group = [Line, ...Line[]]

/** The lines as groups: what one person says in a row stands together. */
export function grouped(lines: readonly Line[], isDated: boolean): Group[] {
  const groups: Group[] = []
  for (const line of lines) {
    const group = groups.at(-1)
    const isSame = group && line.group && line.group === group[0].group && !isFull(group, line)
    if (isSame && !(isDated && day(line.at) !== day(group[0].at))) group.push(line)
    else groups.push([line])
  }
  return groups
}

/** Long runs are parted where the same lines part them when those before are let go. */
const isFull = (group: Group, { index }: Line) => group.length >= GROUP_MAX && Number(index) % GROUP_MAX === 0

/** The day of a time, for comparing. */
export const day = (ms: number): string => new Date(ms).toDateString()
