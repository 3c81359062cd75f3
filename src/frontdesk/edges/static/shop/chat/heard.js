// What the visitor has heard so far: the transcript by index, and who types. An event heard twice counts once.

const TYPING_MAX_MS = 15_000
const WORDS = new Set(['Message', 'FileUploaded', 'PushUrl'])

export class Heard {
  /** @type {Map<number, any>} the transcript, by index */
  events = new Map()
  /** The index to ask for next. */
  position = 1
  /** @type {Map<number, {name: string, atMs: number}>} who types, by participant */
  typing = new Map()
  /** @type {Map<number, string>} the ids that own messages had before they had an index */
  idOf = new Map()

  /** The newest word of somebody else; a receipt for it uses up an index itself. */
  lastWord = 0

  get lastIndex() {
    return this.position - 1
  }

  /**
   * @param {any} event
   * @param {import('./unsent.js').UnsentMessages} unsent loses what has arrived
   * @returns {boolean} whether it is new
   */
  take(event, unsent) {
    if (event.index === undefined || this.events.has(event.index)) return false
    const from = event.from ?? {}
    const isOwn = from.type === 'Client'
    if (isOwn && event.type === 'Message') {
      const id = unsent.arrived(event)
      // A request that was given up and yet arrived late is the same words again: once is enough.
      if (id && [...this.idOf.values()].includes(id)) return false
      if (id) this.idOf.set(event.index, id)
    }
    this.events.set(event.index, event)
    if (!isOwn && WORDS.has(event.type)) this.lastWord = event.index
    if (event.type === 'TypingStarted' && !isOwn) this.typing.set(from.participantId, { name: from.nickname, atMs: Date.now() })
    else if (event.type !== 'CustomNotice') this.typing.delete(from.participantId)
    return true
  }

  /** @returns {any[]} oldest first */
  get inOrder() {
    return [...this.events.values()].sort((a, b) => a.index - b.index)
  }

  /** The name of somebody on the other side who types now, or ''. */
  get typist() {
    const [latest] = [...this.typing.values()].filter((it) => Date.now() - it.atMs < TYPING_MAX_MS)
    return latest ? latest.name || 'Our colleague' : ''
  }

  /** Whether an agent has been here. */
  get hasMetAgent() {
    return [...this.events.values()].some((event) => event.type === 'ParticipantJoined' && event.from?.type === 'Agent')
  }
}
