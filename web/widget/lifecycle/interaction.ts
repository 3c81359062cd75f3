// The visitor's interaction on a page: hears what the service says, tells its life as the plugin WebChat, and keeps
// its block for the next page. A window, or a program without one, opens, submits and closes it.
//
// It learns from events and data of the service alone, so it works with any service plugin. Its twin is
// src/frontdesk/client/webchat.py; source: webchat-service, section 8.

import type { BusEvent, Options, Plugin, Promised } from '../../shared/types'
import { nowMs } from '../service/clock'
import { at, objectOf, objectsOf, parsed, textOf } from '../service/json'
import type { Store } from '../service/saved'
import type { Fact, FactName, Facts } from './facts'
import { isOpen, isWorthSaving, type Lifecycle, NEW, step } from './lifecycle'
import { isPrefilled, isProactive, type Line, loaded, type Metadata, published, saved } from './metadata'

const COOKIE = '_genesys.widgets.webchat.metaData'
const EVENTS = 'ready opened started cancelled submitted rejected completed closed'
const RESERVED = ['firstname', 'lastname', 'nickname', 'email', 'subject']

/** What an interaction needs to know. */
export interface InteractionParts {
  readonly store: Store
  readonly newId: () => string
  /** The plugin that carries the chat. */
  readonly service?: string
}

export interface Interaction {
  life(): Lifecycle
  /** The window is on screen, with the options of `WebChat.open`; whether that began an interaction. */
  opened(options: Options): boolean
  /** Start the session: values given to `open`, with `fields` over them. Settles as `startChat` does. */
  submit(fields: Options, automatic: boolean): Promised
  /** The window is gone; a running session goes on without it. */
  closed(): void
  /** End the session; the window stays. */
  end(): Promised
}

/** The interaction as `plugin`; it becomes ready with this. */
export function createInteraction(plugin: Plugin, parts: InteractionParts): Interaction {
  const { store, newId, service = 'WebChatService' } = parts
  let life = NEW
  let options: Options = {}
  // Read before a window opened on this page can write over it.
  let kept = loaded(parsed(store.get(COOKIE) ?? ''))

  /** Let a fact be true: keep the block, show it as data, publish what follows. */
  const feed = <K extends FactName>(fact: K, said: Facts[K], atMs = nowMs()) => {
    const before = life
    const [after, events] = step(life, { fact, atMs, ...(said as object) } as Fact)
    life = after
    if (events.length || before.partyIds !== life.partyIds || fact === 'botJoined') keep()
    plugin.data('metadata', published(life.block, atMs))
    plugin.data('open', isOpen(life))
    for (const { name, block } of events) {
      if (name === 'ready') plugin.republish(name)
      else plugin.publish(name, published(block, atMs))
    }
  }
  const keep = () => {
    if (isWorthSaving(life)) store.set(COOKIE, saved(life.block))
    else store.remove(COOKIE)
  }
  const takeSaved = (): Metadata | undefined => {
    const taken = kept
    kept = undefined
    return taken ?? loaded(parsed(store.get(COOKIE) ?? ''))
  }
  const show = (messages: unknown, replayed: boolean, atMs?: number) =>
    feed('messagesShown', { lines: linesOf(messages), replayed }, atMs)
  const joins = (fact: 'agentJoined' | 'supervisorJoined') => (event: BusEvent) =>
    feed(fact, { partyId: textOf(at(event.data, 'message', 'from', 'id')) }, event.time)
  const lost = ({ time }: BusEvent) => feed('restoreFailed', { saved: takeSaved(), id: newId() }, time)
  const restored = (atMs = nowMs()) => {
    if (life.phase === 'form') feed('closed', {}, atMs) // The window was opened before the server answered.
    feed('restored', { saved: takeSaved(), id: newId() }, atMs)
    // A command, so that those who watch `open` can see that it is no visitor's wish.
    plugin.command('WebChat.open', { restoring: true })
  }
  const hears: Record<string, (event: BusEvent) => void> = {
    started({ time }) {
      if (life.phase === 'ended') feed('closed', {}, time) // By a program, behind a window that showed the end.
      feed('serviceStarted', { id: newId() }, time)
    },
    agentConnected: joins('agentJoined'),
    supervisorConnected: joins('supervisorJoined'),
    botConnected: ({ time }) => feed('botJoined', {}, time),
    messageReceived({ data, time }) {
      // Pages of history were shown in another chat.
      if (!data['oldMessages']) show(data['messages'], data['restoring'] === true, time)
    },
    error: ({ data, time }) => feed('errorsReported', { codes: errorCodes(data) }, time),
    ended: ({ time }) => feed('sessionEnded', {}, time),
    restored: ({ time }) => restored(time),
    restoreTimeout: lost,
    restoreFailed: lost,
  }
  /** A session that began before this plugin came is met as after a reload. */
  const catchUp = async () => {
    restored()
    const { agents } = await plugin.command<{ agents: Record<string, { supervisor: boolean }> }>(
      `${service}.getAgents`,
    )
    for (const [partyId, { supervisor }] of Object.entries(agents))
      feed(supervisor ? 'supervisorJoined' : 'agentJoined', { partyId })
    const { messages } = await plugin.command<{ messages: unknown }>(`${service}.getTranscript`)
    show(messages, true)
  }

  plugin.registerEvents(EVENTS.split(' '))
  for (const [name, hear] of Object.entries(hears)) plugin.subscribe(`${service}.${name}`, hear)
  plugin.subscribe('CoBrowse.started', ({ time }) => feed('coBrowseStarted', {}, time))
  plugin.subscribe('App.closeAll', ({ time }) => feed('closed', {}, time))
  plugin.ready()
  feed('initialised', {})
  if (plugin.data(`${service}.active`)) catchUp()

  return {
    life: () => life,
    opened(given) {
      const isNew = life.phase === 'idle'
      if (isNew) options = { ...given }
      feed('opened', {
        id: textOf(given['id']) || newId(),
        proactive: isProactive(given),
        proactiveData: Object.keys(objectOf(given['proactiveData'])).length
          ? objectOf(given['proactiveData'])
          : false,
        prefilled: isPrefilled(given['form']),
      })
      return isNew
    },
    submit(fields, automatic) {
      const { autoSubmit, ...form } = { ...objectOf(options['form']), ...fields } as Options
      feed('formSubmitted', { form, automatic })
      return plugin
        .command(`${service}.startChat`, startOptions(options, form))
        .fail((reason: unknown) => feed('startRefused', { codes: errorCodes(reason) }))
    },
    closed: () => feed('closed', {}),
    end: () => plugin.command(`${service}.endChat`),
  }
}

/**
 * What `startChat` is told: the reserved fields as such, every other one as user data.
 *
 * `options` are those of `open`; its `attachedData` yields to its `userData`, and that to the form. The reserved
 * fields are there twice, because some transports want them under `form`.
 */
export function startOptions(options: Options, form: Options): Options {
  const isReserved = ([name]: [string, unknown]) => RESERVED.includes(name)
  const fields = Object.entries(form)
  const reserved = Object.fromEntries(fields.filter(isReserved))
  const others = Object.fromEntries(fields.filter((field) => !isReserved(field)))
  const passedOn = ['async', 'interactionData'].filter((name) => name in options)
  return {
    ...reserved,
    form: reserved,
    ...Object.fromEntries(passedOn.map((name) => [name, options[name]])),
    userData: { ...objectOf(options['attachedData']), ...objectOf(options['userData']), ...others },
  }
}

/** The codes by which the metadata remember a failure; at least one. */
export function errorCodes(reason: unknown): string[] {
  if (typeof reason === 'string') return [reason]
  const response = objectOf(reason)
  const body = { ...response, ...objectOf(response['responseJSON']) }
  const codes = objectsOf(body['errors']).flatMap(({ code }) => (code === undefined ? [] : [textOf(code)]))
  if (codes.length) return codes
  return [body['statusCode'] === 1 ? 'unavailable' : textOf(response['status'] || 'failed')]
}

const linesOf = (messages: unknown): Line[] =>
  objectsOf(messages).map((message) => ({
    kind: textOf(message['type']),
    author: textOf(at(message, 'from', 'type')),
  }))
