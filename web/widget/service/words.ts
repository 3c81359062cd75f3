// Commands of WebChatService with which the visitor says something.

import type { Json } from '../../shared/transport'
import type { Engine } from './engine'
import { isText, textOf } from './json'
import { BAD_INPUT, NO_TEXT, tooLong } from './refusals'
import { Rejection } from './rejection'
import type { Commands } from './service'

/** What `sendMessage` resolves with while the network is away: the visitor keeps the text and may try again. */
export const OFFLINE: Json = { statusCode: 1 }

const TEXT_INPUT = /^(text|search|tel|url|email)$/

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
  return {
    sendMessage,
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
    registerTypingPreviewInput({ input }) {
      const node = inputOf(input)
      if (!node) throw new Rejection(BAD_INPUT)
      engine.preview = () => node.value
    },
  }
}
