// A page under way: what `init` makes.

import { attributesOf, eventNameOf, traitsOf } from './attributes'
import { createConsent } from './consent'
import { newId } from './ids'
import { createKeeping } from './keeping'
import { createLife, whenIdle } from './life'
import { described, type Place } from './page'
import type { Ground, Parts } from './parts'
import type { Offers } from './parts/offers'
import { createPinger } from './pinging'
import { ask, CONSENT, createSender, EVENTS } from './sending'
import { createSubscriptions } from './subscribing'
import type {
  Callback,
  Config,
  EventAnswer,
  EventOptions,
  FormRule,
  Given,
  InitOptions,
  PageviewOptions,
  RecordOptions,
} from './types'
import { watchUrl } from './urlchange'
import { cleanUrl, searchQuery } from './urls'
import { createVisitor } from './visitor'
import { chatOf, isMediaOpen } from './widget'

const TWICE_MS = 1000
const PAGE_VIEWED = 'page_viewed'
const URL_CHANGE = 'autotrackUrlChange'
/** What a deployment may want of its pages, besides page views and forms. */
const MODULES = /^(click|inViewport|idle|scrollDepth)Events$/

/** Who hears how a command went. */
export interface Heard {
  done(answer?: unknown): void
  failed(reason: unknown): void
}
const NOBODY: Heard = { done() {}, failed() {} }

/** What commands do, by their names, with what they were given. */
export interface Tracker {
  readonly [command: string]: (heard: Heard, ...values: never[]) => unknown
}

export type Bring = <N extends keyof Parts>(name: N) => Promise<Parts[N]>

/** `base` is the site of the collector, `warn` hears of what is wrong with what the page does. */
export function createTracker(
  deploymentId: string,
  options: InitOptions,
  base: string,
  bring: Bring,
  warn: (error: unknown) => void,
): Tracker {
  const life = createLife(warn)
  const subscriptions = createSubscriptions(warn)
  const keeping = createKeeping(options)
  const server = `${base}api/v2/journey/deployments/${encodeURIComponent(deploymentId)}/`
  const sender = createSender(server, life)
  const visitor = createVisitor(keeping, options.cookieExpirationDays)
  const startedMs = Date.now()
  const turns: (() => void)[] = []
  const urlListeners: ((url: string) => void)[] = []
  let config: Config = {}
  let consent = createConsent(keeping, options, config)
  let lastSentMs = startedMs
  let referrer = document.referrer
  let customer: string | undefined
  /** The page that was told last, as it is compared, and when. */
  let seen: { readonly url: string; readonly atMs: number } | undefined
  let isUrlWatched = false
  let isHearingChats = false

  const address = () => cleanUrl(location.href, config)
  const mayTrack = () => config.enabled !== false && consent.leave() === 'yes'

  /** Send, hold or forget, as was decided. */
  const review = () => {
    const isHeld = config.enabled !== false && consent.leave() === 'hold'
    sender.open(mayTrack())
    if (mayTrack()) {
      if (visitor.sessionId()) wake()
    } else if (!isHeld) {
      sender.clear()
      pinger.stop()
      offers?.then(({ drop }) => drop())
    }
  }
  /** What a deployment wants of its pages without their code. */
  const automatic = () => {
    const { pageviewConfig = 'Auto', formsTrackEvents = [] } = config
    if (pageviewConfig !== 'Off' && !seen) view({}, NOBODY, startedMs)
    if (pageviewConfig === 'Auto') load(URL_CHANGE, {})
    for (const rule of formsTrackEvents) trackForms(rule).catch(warn)
    if (Object.keys(config).some((name) => MODULES.test(name)))
      bring('autotrack').then((part) => part.loadAll(ground, config), warn)
  }

  const placeOf = ({ location: url = '', title = document.title }: PageviewOptions): Place => ({
    url: new URL(url, location.href).href,
    title,
    referrer,
  })
  const track = (eventName: string, given: EventOptions, heard: Heard, place: Place, atMs = Date.now()) => {
    if (!eventName || consent.leave() === 'no') return heard.failed('not sent')
    const attributes = attributesOf(given.customAttributes)
    const mappings = [...(options.globalTraitsMapper ?? []), ...(given.traitsMapper ?? [])]
    const said = {
      eventId: newId(),
      eventName,
      createdDate: new Date(atMs).toISOString(),
      attributes,
      traits: traitsOf(attributes, mappings),
      externalId: given.externalId ?? customer,
    }
    sender.send({
      path: EVENTS,
      atMs,
      body: () => ({
        ...said,
        ...described(place, config),
        customerCookieId: visitor.customerId(),
        sessionId: visitor.sessionId(),
      }),
      arrived(told) {
        const { accepted, reason, session, pingNow } = told as EventAnswer
        lastSentMs = Date.now()
        if (accepted === false || !mayTrack()) return heard.failed(reason)
        if (session) visitor.wasIn(session.id, eventName === PAGE_VIEWED)
        wake(pingNow)
        heard.done(told)
      },
      dropped: heard.failed,
    })
  }
  const view = (given: PageviewOptions, heard: Heard, atMs = Date.now()) => {
    const place = placeOf(given)
    const url = cleanUrl(place.url, config)
    if (seen?.url === url && atMs - seen.atMs < TWICE_MS) return heard.done()
    if (seen) for (const turned of turns) turned() // Before the new page is told.
    seen = { url, atMs }
    track(PAGE_VIEWED, given, heard, place, atMs)
    configured.then(() => {
      if (searchQuery(place.url, config)) track('search_performed', {}, NOBODY, place, atMs)
    })
    referrer = place.url
  }

  let offers: Promise<Offers> | undefined
  /** What comes with the first offer, or when the page itself has one. */
  const bringOffers = () => {
    offers ??= bring('offers').then(({ createOffers }) =>
      createOffers({
        life,
        subscriptions,
        address,
        customerId: visitor.customerId,
        config: () => config,
        send(path, body, atMs) {
          sender.send({ path, atMs, body: () => body })
          lastSentMs = Date.now()
        },
      }),
    )
    return offers
  }
  /** A chat that begins is an event, too, whoever began it; nothing of its form is. */
  const hearChats = () => {
    const chat = chatOf(window)
    if (!chat || isHearingChats) return
    isHearingChats = true
    chat.subscribe('WebChat.submitted', () => {
      if (!life.signal.aborted) track('widgets_web_chat_submitted', {}, NOBODY, placeOf({}))
    })
  }
  const pinger = createPinger(
    life,
    () => {
      const sessionId = visitor.sessionId()
      hearChats()
      if (!sessionId || !mayTrack() || consent.purposes()?.includes('offers') === false) return undefined
      const query = new URLSearchParams({
        dl: address(),
        dt: document.title,
        sessionId,
        tab: `${performance.timeOrigin}`,
        sinceLastBeaconMilliseconds: `${Date.now() - lastSentMs}`,
        mediaOpen: `${isMediaOpen(window)}`,
      })
      return `${server}customers/${visitor.customerId()}/ping?${query}`
    },
    async (all) => {
      if (!all.length || !mayTrack()) return
      const { offer } = await bringOffers()
      for (const action of all) void offer(action)
    },
  )
  const wake = (isUrgent?: boolean) => {
    if (options.ping !== false) pinger.wake(isUrgent)
  }

  const ground: Ground = {
    life,
    record: (eventName, given) => track(eventName, given, NOBODY, placeOf({})),
    onTurn: (turned) => void turns.push(turned),
  }
  const trackForms = async (rule: FormRule) => (await bring('forms')).trackForms(ground, rule)
  const load = async (moduleName: string, given: object) => {
    if (moduleName !== URL_CHANGE) return (await bring('autotrack')).load(ground, moduleName, given)
    const { onUrlChange } = given as { onUrlChange?: (url: string) => void }
    if (onUrlChange) urlListeners.push(onUrlChange)
    if (isUrlWatched) return
    isUrlWatched = true
    watchUrl(life, () => {
      const url = address()
      if (url === seen?.url) return
      view({}, NOBODY)
      for (const listener of urlListeners) listener(url)
    })
  }
  const decide = async (decision: string, named?: readonly string[]) => {
    await configured
    const before = visitor.knownId()
    const left = consent.decide(decision, named)
    const isGrant = decision === 'grant'
    if (!left.length) {
      sender.clear()
      visitor.forget()
    }
    const customerCookieId = left.length ? visitor.customerId() : before
    const body = {
      customerCookieId,
      decision: isGrant ? decision : 'withdraw',
      purposes: isGrant ? left : named,
      textVersion: options.consentVersion,
    }
    if (customerCookieId) sender.send({ path: CONSENT, atMs: Date.now(), body: () => body }, true)
    review()
  }
  /** What is done when it has been called, or when its promise is kept. */
  const simple =
    <V extends unknown[]>(act: (...values: V) => unknown) =>
    async (heard: Heard, ...values: V) =>
      heard.done(await act(...values))
  // Last, when everything that it calls is there.
  const configured = (async () => {
    await new Promise<void>(whenIdle)
    try {
      const answer = await ask(`${server}config`)
      config = (answer.ok ? await answer.json() : 0) || { enabled: answer.ok || answer.status >= 500 }
    } catch {
      // What the page says itself holds.
    }
    consent = createConsent(keeping, options, config)
    visitor.timeoutMinutes = config.sessionTimeoutMinutes ?? 30
    review()
    if (config.enabled !== false) automatic()
  })()
  // A page that comes back from the browser's cache is seen again.
  life.on(window, 'pageshow', (event) => {
    if (!(event as PageTransitionEvent).persisted || !seen) return
    seen = undefined
    view({}, NOBODY)
  })
  const { add, remove } = subscriptions
  return {
    pageview: (heard, given: PageviewOptions = {}) => view(given, heard),
    record(heard, given: string | RecordOptions, customAttributes?: Given, more?: EventOptions) {
      const all = typeof given === 'object' ? given : { ...more, customAttributes, eventName: given }
      track(eventNameOf(all.eventName), all as EventOptions, heard, placeOf({}))
    },
    'forms:track': simple((first?: string | FormRule, second?: FormRule) =>
      trackForms(typeof first === 'string' ? { ...second, selector: first } : { ...first }),
    ),
    load: simple((moduleName: string, given = {}) => load(moduleName, given)),
    on: simple((pattern: string, callback: Callback) => add(pattern, callback)),
    once: simple((pattern: string, callback: Callback) => add(pattern, callback, true)),
    off: simple(remove),
    action: simple(async (...values: Parameters<Offers['act']>) => (await bringOffers()).act(...values)),
    consent: simple(decide),
    setCustomer: simple((externalId: string) => {
      customer = externalId
    }),
    get: simple(async () => {
      await configured
      return { customerId: visitor.knownId(), sessionId: visitor.sessionId(), deploymentId }
    }),
    destroy: simple(life.end),
  }
}
