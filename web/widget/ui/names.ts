// Who says a line, and what, in the current language.

import { type Line, PEOPLE } from './lines'
import type { Chat } from './state'

/** The name of who a line is from. */
export const nameOf = (chat: Chat, { name, author }: Line): string =>
  name || (PEOPLE.test(author) ? chat.say(`${author}NameDefault`) : '')

/** The words of a line in the current language. */
export function wordsOf(chat: Chat, line: Line): string {
  const name = nameOf(chat, line)
  return line.key ? chat.say(line.key, { Agent: name, Bot: name }) : line.text
}

/** What a reader says before the words of a line. */
export function readerName(chat: Chat, line: Line): string {
  if (line.kind === 'system') return chat.say('AriaSystemSaid')
  return line.author === 'Client' ? chat.say('AriaYouSaid') : `${nameOf(chat, line)} ${chat.say('AriaSaid')}`
}
