// The visitors' socket of a Frontdesk server: what is new comes by itself, and the visitor's words go the same way; see
// docs/reference/visitor-socket.md. Its twin is src/frontdesk/client/visitor_socket.py.
//
// It relieves polls and requests and takes the place of none: whatever it cannot carry goes as it went without it.

import type {
  Answer,
  Credentials,
  Followed,
  Input,
  Json,
  Polls,
  Relieve,
  Transport,
} from '../../../shared/transport'
import { type Cancel, callLater, nowMs } from '../clock'
import { numberOf, objectOf, parsed } from '../json'
import { attributed, type V2Parts } from './v2'
import { answerOf } from './v2answers'

// A proxy may let a socket open and swallow what is said on it.
const GREETED_WITHIN_MS = 10_000
// After so long without a word of the server it is asked whether it is there; sooner when the visitor comes back.
const QUIET_MS = 25_000
const UNSURE_MS = 5000
const ANSWERED_WITHIN_MS = 10_000
// How long a lost socket may be away before polling goes on.
const GAP_MS = 2000
// One that breaks sooner than this was no good: the next is not tried at once.
const STEADY_MS = 30_000
const SOON_MS = 1000
const LATER_MS = 5000
const LATEST_MS = 600_000
const PREVIEW_EVERY_MS = 1000

// The policy of the page does not let us reach sockets: it is asked once, for each try is a line in its console.
let isForbidden = false

/** No two are the same, on whatever page; without a secure context there is no `randomUUID`. */
const newId = () => [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join('')

type Line = ReturnType<typeof createLine>

/** The line of each transport that was given calls of ours. */
const lines = new WeakMap<Transport, { line?: Line }>()

/** Bring what is new to `session` without `polls`, while that works, and let `v2` say what is said by the same way. */
export function begin(v2: Transport, parts: V2Parts, ...given: Parameters<Relieve>): void {
  let known = lines.get(v2)
  if (!known) {
    known = {}
    lines.set(v2, known)
    Object.assign(v2, overSocket(v2, parts, known))
  }
  known.line?.stop()
  known.line = createLine(parts.read, ...given)
}

/** The calls of `v2` that a socket carries, as long as one is open for the session. */
function overSocket({ type, readReceipt }: Transport, { ask }: V2Parts, known: { line?: Line }) {
  /** The answer to a wish by the socket, or else by HTTP: a socket that is lost leaves nobody waiting. */
  const either = async ({ sessionId }: Credentials, wish: Json, byHttp: () => Promise<Answer>) =>
    (known.line?.sessionId === sessionId ? await known.line.wish(wish) : undefined) ?? byHttp()

  return {
    send(session, text, { messageType = 'text', attributes } = {}) {
      const id = newId() // By whichever way it comes, and however often: it is one message.
      return either(session, { do: 'send', id, text, message_type: messageType, attributes }, () =>
        ask(session, 'send', { message: text, messageType, ...attributed(attributes), messageId: id }),
      )
    },
    type(session, typing) {
      const { isTyping, preview } = typing
      return either(session, { do: 'type', is_typing: isTyping, preview }, () => type(session, typing))
    },
    readReceipt: (session, position) =>
      either(session, { do: 'read', up_to: position }, () => readReceipt(session, position)),
  } satisfies Partial<Transport>
}

/** The sockets of one session, one after the other. */
function createLine(
  read: V2Parts['read'],
  session: Followed,
  polls: Polls,
  heard: (answer: Answer) => void,
  input: Input,
): {
  readonly sessionId: string
  /** The answer to a wish; nothing when there is no socket, or it is lost meanwhile. */
  wish(wish: Json): Promise<Answer | undefined>
  stop(): void
} {
  const { credentials } = session
  const { sessionId, secureKey, userId } = credentials
  let socket: WebSocket | undefined
  let greetedMs: number | undefined // Since when news come by themselves.
  let heardMs = 0
  let failures = 0
  let adviceMs: number | undefined
  let ids = 0
  let shown = '' // Of what stands in the input box.
  let waiting = new Map<string, (answer?: Answer) => void>()
  let nextStep: Cancel = () => {} // What happens to the socket unless something is heard: a ping, its end, the next one.
  let gap: Cancel = () => {}
  let previews: Cancel = () => {}

  const then = (delayMs: number, step: () => void) => {
    nextStep()
    nextStep = callLater(delayMs, step)
  }
  const say = (wish: Json, resolve: (answer?: Answer) => void = () => {}) => {
    const id = `${wish['id'] ?? ++ids}`
    waiting.set(id, resolve)
    socket?.send(JSON.stringify({ ...wish, id }))
  }
  const ping = () => {
    say({ do: 'ping' })
    then(ANSWERED_WITHIN_MS, lose)
  }
  /** The visitor looks again, or did something, and a network may have gone without a word; or all is over. */
  const check = () => {
    if (!polls.isStarted()) stop()
    else if (!greetedMs) polls.rest()
    else if (nowMs() - heardMs > UNSURE_MS) ping()
  }
  const greeted = (answer?: Answer) => {
    if (!answer) return // It was lost, and that is seen to.
    if (answer.outcome !== 'done') return lose() // Polls learn why, and tell it.
    greetedMs = nowMs()
    gap()
    keepShowing(shown)
    polls.rest(check)
    heard(answer)
  }
  const address = () => {
    const url = new URL(`${read().dataUrl.replace(/\/+$/, '')}/socket`, location.href)
    url.protocol = url.protocol.replace('http', 'ws')
    return url
  }
  const open = () => {
    if (isForbidden || !polls.isStarted()) return stop()
    try {
      const own = new WebSocket(address())
      socket = own
      own.onopen = () => {
        const { apikey } = read().headers
        const who = { chat_id: sessionId, secure_key: secureKey, user_id: userId, ...(apikey && { apikey }) }
        shown = input.preview()
        say({ do: 'hello', ...who, position: session.position, preview: shown }, greeted)
      }
      own.onmessage = ({ data }) => hear(objectOf(parsed(data)))
      own.onclose = lose
      then(GREETED_WITHIN_MS, lose)
    } catch {
      lose() // An address that is none, or one that the page does not let us reach.
    }
  }
  const hear = ({ id, status = 200, answer, retry_after_ms }: Json) => {
    heardMs = nowMs()
    adviceMs = numberOf(retry_after_ms)
    if (greetedMs) then(QUIET_MS, ping)
    const reply = {
      status: Number(status),
      statusText: '',
      text: JSON.stringify(answer),
      retryAfter: undefined,
    }
    const meant = answer ? answerOf(reply, credentials) : undefined
    if (id === undefined) {
      if (meant) heard(meant)
      return
    }
    const resolve = waiting.get(`${id}`)
    waiting.delete(`${id}`)
    resolve?.(meant)
  }
  /** Let go of the socket; whoever waits for an answer goes another way. */
  const drop = () => {
    nextStep()
    gap()
    previews()
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null
      socket.close()
    }
    socket = greetedMs = undefined
    const left = [...waiting.values()]
    waiting = new Map()
    for (const resolve of left) resolve()
  }
  /** The socket is gone, or as good as gone: polling goes on unless the next comes soon. */
  const lose = () => {
    const wasSteady = greetedMs && nowMs() - greetedMs > STEADY_MS
    failures = wasSteady ? 1 : failures + 1
    drop()
    const isFirst = failures === 1
    const pauseMs = isFirst ? SOON_MS * Math.random() : LATER_MS * 3 ** (failures - 2)
    const waitMs = adviceMs ?? (isFirst ? pauseMs : Math.min(pauseMs, LATEST_MS) * (0.5 + Math.random()))
    adviceMs = undefined
    if (isFirst) gap = callLater(waitMs + GAP_MS, () => polls.rest())
    else polls.rest()
    then(waitMs, open)
  }
  const keepShowing = (shown: string) => {
    previews = callLater(PREVIEW_EVERY_MS, () => {
      const preview = input.preview()
      if (greetedMs && preview !== shown) say({ do: 'preview', text: preview })
      keepShowing(preview)
    })
  }

  /** The network is there again. */
  const retry = () => {
    if (!socket) then(SOON_MS * Math.random(), open)
  }
  const forbid = ({ blockedURI }: SecurityPolicyViolationEvent) => {
    if (!address().href.startsWith(blockedURI) || !/^ws/.test(blockedURI)) return
    isForbidden = true
    stop()
  }
  const onPage = (change: 'addEventListener' | 'removeEventListener') => {
    window[change]('offline', lose)
    window[change]('online', retry)
    document[change]('securitypolicyviolation', forbid as EventListener)
  }

  const stop = () => {
    onPage('removeEventListener')
    drop()
    polls.rest()
  }

  onPage('addEventListener')
  open()
  return {
    sessionId,
    wish: (wish) =>
      new Promise((resolve) => {
        if (!greetedMs) return resolve(undefined)
        say(wish, resolve)
        const own = socket
        return callLater(read().ajaxTimeoutMs || ANSWERED_WITHIN_MS, () => {
          if (socket === own && [...waiting.values()].includes(resolve)) lose()
        })
      }),
    stop,
  }
}
