// Commands of WebChatService with which the visitor says something, and those that look at what is said.

import type { Json } from '../../shared/transport'
import type { Engine } from './engine'
import { mergedFilters, readFilters } from './filters'
import { numberOf, textOf } from './json'
import { BAD_FILTERS, BAD_INPUT, NO_SESSION, NO_TEXT, noPreProcessor, tooLong } from './refusals'
import { Rejection } from './rejection'
import type { Commands } from './service'

/** What `sendMessage` resolves with while the network is away: the visitor keeps the text and may try again. */
export const OFFLINE: Json = { statusCode: 1 }

const TEXT_INPUT = /^(text|search|tel|url|email)$/

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== ''

/** The text input or textarea that `given` is, or that jQuery's list begins with. */
function inputOf(given: unknown): HTMLInputElement | undefined {
  const node = (
    (given as Node | undefined)?.nodeType ? given : (given as ArrayLike<unknown> | undefined)?.[0]
  ) as HTMLInputElement | undefined
  const isInput = node?.tagName === 'TEXTAREA' || (node?.tagName === 'INPUT' && TEXT_INPUT.test(node.type))
  return isInput ? node : undefined
}

export function wordCommands(engine: Engine): Commands {
  const sendMessage = (data: Json) => {
    const { message, type, parentMessageID } = data
    if (!isText(message)) throw new Rejection(NO_TEXT)
    const live = engine.require()
    const longest = engine.options().messageCharsMax
    if (longest && [...message].length > longest) throw new Rejection(tooLong(longest))
    if (engine.isOffline()) return OFFLINE
    live.typing.cancel()
    const related = { 'general-properties': { 'related-event-id': textOf(parentMessageID) } }
    const options = {
      messageType: textOf(type) || 'text',
      ...(textOf(parentMessageID) && { attributes: related }),
    }
    return engine.request((who) => engine.transport.send(who, message, options), true)
  }
  const add = (given: unknown, isComplete = true) => {
    const filters = readFilters(given)
    if (!filters || !isComplete) throw new Rejection(BAD_FILTERS)
    engine.useFilters(mergedFilters(engine.eyes.filters, filters))
  }
  return {
    sendMessage,
    sendCustomNotice({ message, eventAttributes }) {
      const text = message === undefined ? undefined : textOf(message)
      return engine.request((who) => engine.transport.notice(who, text, eventAttributes as Json | undefined))
    },
    async sendTyping({ message, Message, isTyping }) {
      const { typing, session } = engine.require()
      if (isTyping === false) {
        await typing.finish()
        return undefined
      }
      if (!typing.extend()) return undefined
      const preview = textOf(message ?? Message) || engine.preview()
      const { position } = session
      return engine.request((who) => engine.transport.type(who, { isTyping: true, preview, position }))
    },
    sendFilteredMessage(data) {
      if (!engine.isActive()) throw new Rejection(NO_SESSION)
      add(data['regex'], isText(data['message']))
      // The caller does not wait; `error` or `disconnected` tells it.
      Promise.resolve(data)
        .then(sendMessage)
        .catch(() => {})
    },
    addPrefilter({ filters }) {
      add(filters)
      return [...engine.eyes.filters]
    },
    registerTypingPreviewInput({ input }) {
      const node = inputOf(input)
      if (!node) throw new Rejection(BAD_INPUT)
      engine.preview = () => node.value
    },
    registerPreProcessor({ preprocessor }) {
      if (typeof preprocessor !== 'function') throw new Rejection(noPreProcessor(preprocessor))
      engine.eyes.preprocessors.push(preprocessor as never)
      return preprocessor
    },
    pushUrl: ({ url }) => engine.request((who) => engine.transport.pushUrl(who, textOf(url)), true),
    updateNickname: ({ nickname }) =>
      engine.request((who) => engine.transport.updateNickname(who, textOf(nickname)), true),
    /** By default everything that came was read. */
    sendReadReceipt({ index }) {
      const newest = engine.require().session.position - 1
      return engine.request((who) => engine.transport.readReceipt(who, numberOf(index) ?? newest))
    },
  }
}
