// The seam between the visitor's chat and the network: what can be asked of a chat server, and what it says.
//
// A transport speaks one protocol. It keeps no state of a session, never rejects for what a network or a server
// does, and knows no event of the bus. Its twin is src/frontdesk/client/transport.py: same names, camelCase.

/** What proves that a session is ours: bearer secrets, never to be logged or put into an address. */
export interface Credentials {
  readonly sessionId: string
  readonly secureKey: string
  readonly userId: string
  readonly alias: string
  /** For protocols that need more than these four. */
  readonly extra?: Readonly<Record<string, string>>
}

/** What a transport can do beyond starting, reading, writing and ending. */
export interface Supports {
  readonly polling: boolean
  /** Whether polls that fail are counted, and can be forgiven. */
  readonly pollExceptions: boolean
  readonly customNotice: boolean
  readonly userData: boolean
  readonly fileUpload: boolean
  readonly fileDownload: boolean
  readonly fileLimits: boolean
  readonly verify: boolean
  readonly pagination: boolean
}

/**
 * How a request went.
 *
 * `done`: the server did it (`statusCode` 0). `later`: it cannot now, but perhaps later (1). `refused`: it
 * understood and will not (2, or a status of 400 to 499). `broken`: something between us and the chat answered in
 * its place (any other status, or no chat envelope). `unreachable`: no answer, or it took too long.
 */
export type Outcome = 'done' | 'later' | 'refused' | 'broken' | 'unreachable'

/** One of the errors a server lists. */
export interface Fault {
  readonly code: number | string
  readonly text: string
}

/** A JSON object as the server sent it. */
export type Json = Readonly<Record<string, unknown>>

/** What came of one request. */
export interface Answer {
  readonly outcome: Outcome
  /** What commands resolve or reject with: the body of a 2xx answer, else `{status, statusText, responseText, responseJSON}`. */
  readonly response: Json
  /** What the event `error` tells of it, where that is not the response. */
  readonly error?: Json | undefined
  /** The HTTP status; 0 when there was none. */
  readonly status: number
  /** The server's own objects, untouched. */
  readonly events: readonly Json[]
  /** `undefined` when the server did not say. */
  readonly chatEnded?: boolean | undefined
  /** Complete, with the newest values. */
  readonly credentials?: Credentials | undefined
  readonly nextPosition?: number | undefined
  readonly faults: readonly Fault[]
  readonly idleExpiresS?: number | undefined
  readonly retryAfterS?: number | undefined
  /** A downloaded file. */
  readonly content?: Blob | undefined
}

/**
 * Whether the chat service itself answered and meant well: what ends an outage.
 *
 * Not so for a page that says 200 in its place, as the sign-in page of a hotel's network does: what has neither of
 * the members that every envelope has is none.
 */
export const isReached = ({ status, outcome, chatEnded }: Answer): boolean =>
  status >= 200 && status < 300 && (outcome !== 'broken' || chatEnded !== undefined)

/** Who wants to chat, about what. */
export interface StartRequest {
  readonly nickname?: string
  readonly firstName?: string
  readonly lastName?: string
  readonly email?: string
  readonly subject?: string
  readonly text?: string
  readonly userData?: Json
}

/** What may go with a message. */
export interface SendOptions {
  readonly messageType?: string
  readonly attributes?: Json | undefined
}

/** What the visitor does at the keyboard. */
export interface Typing {
  readonly isTyping: boolean
  readonly preview: string
  readonly position: number
}

/** How an upload goes on, and how it is given up. */
export interface UploadOptions {
  readonly description?: string | undefined
  readonly onProgress?: ((sentBytes: number, allBytes: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** A session that is followed. */
export interface Following {
  /** Follow it no more; nothing is heard of it from now on. */
  stop(): void
}

/** A session, as far as it has come. */
export interface Followed {
  readonly credentials: Credentials
  /** The first event that is still wanted. */
  readonly position: number
}

/** Where the visitor writes. */
export interface Input {
  /** What stands there. */
  preview(): string
}

/** The polls of a session, for a transport that can bring what is new without them as long as nothing prevents it. */
export interface Polls {
  /** Whether anybody wants to hear of the session. */
  isStarted(): boolean
  /** Polling rests from now on, and `check` is called where it would hurry, or stop; without one, it goes on. */
  rest(check?: () => void): void
}

/** Brings what is new to `heard` while it can, and lets `polls` rest meanwhile. */
export type Relieve = (session: Followed, polls: Polls, heard: (answer: Answer) => void, input: Input) => void

/**
 * One protocol to one chat service.
 *
 * Every call gives an `Answer`, whatever happens. `position` is the first event index wanted; a negative one
 * counts from the end.
 */
export interface Transport {
  readonly supports: Supports

  /** Ask for a new session. */
  start(request: StartRequest): Promise<Answer>
  /** Everything from `position` on; `preview` is what stands in the input box. */
  refresh(session: Credentials, position: number, preview?: string): Promise<Answer>
  /**
   * Hear every answer that refreshing from `position` on would give, as it comes: what there is instead of polling.
   *
   * A connection that is lost is an `unreachable` answer for each try that fails; the transport comes back by itself and
   * goes on after the last event that it handed over. A session that the server refuses is heard once, as the last.
   */
  follow?(session: Credentials, position: number, heard: (answer: Answer) => void): Following
  /**
   * Bring what is new without polls, while that works; polling goes on whenever it does not.
   *
   * Unlike a transport that is followed, one that relieves polling can be polled at any time: what it brings may come
   * twice, and what it cannot bring is asked for.
   */
  relieve?: Relieve
  send(session: Credentials, text: string, options?: SendOptions): Promise<Answer>
  /** Typing started or stopped. */
  type(session: Credentials, typing: Typing): Promise<Answer>
  /** A word between programs. */
  notice(session: Credentials, text?: string, attributes?: Json): Promise<Answer>
  /** Merge into the data attached to the session. */
  updateUserData(session: Credentials, userData: Json): Promise<Answer>
  /** Put an address before the other side. */
  pushUrl(session: Credentials, url: string): Promise<Answer>
  /** Be called otherwise from now on. */
  updateNickname(session: Credentials, nickname: string): Promise<Answer>
  /** Everything up to and including `position` was read. */
  readReceipt(session: Credentials, position: number): Promise<Answer>
  /** Leave, which ends the session. */
  disconnect(session: Credentials): Promise<Answer>
  /** What may be uploaded. */
  fileLimits(session: Credentials): Promise<Answer>
  /** Put a file before the other side. */
  upload(session: Credentials, file: File, options?: UploadOptions): Promise<Answer>
  /** A file's bytes, in `content`. */
  download(session: Credentials, fileId: string): Promise<Answer>
  /** Take an own file back. */
  deleteFile(session: Credentials, fileId: string): Promise<Answer>
  /** The values of attached data that the visitor may read, in `response.userData`. */
  readUserData(session: Credentials, keys: readonly string[]): Promise<Answer>
  /** Remove attached data; when, in `response.timestamp`. */
  deleteUserData(session: Credentials, keys: readonly string[]): Promise<Answer>
  /** The page of events that ends with the one of index `newest`, where positions cannot be counted back from. */
  history?(session: Credentials, newest: number, count: number): Promise<Answer>
  /** Let go of connections. */
  close(): void
}
