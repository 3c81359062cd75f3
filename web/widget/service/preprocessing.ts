// Functions of the page that change messages before anybody sees them: webchat-service, section 5.

import { report } from '../../shared/promise'
import { isObject } from './json'
import type { Message } from './messages'

export type PreProcessor = (message: Message) => unknown

/** What each of `preprocessors`, one after the other, makes of a message that has the server's names and ours. */
export function preprocessed(given: Message, preprocessors: readonly PreProcessor[]): Message {
  const before = structuredClone(given)
  let raw = given
  for (const preprocess of preprocessors) {
    try {
      const changed = preprocess(raw)
      if (isObject(changed)) raw = changed as Message
    } catch (error) {
      report(error) // The message stays as it was.
    }
  }
  reconcile(raw, before)
  return raw
}

/** What a preprocessor changed under the server's name counts, unless it changed ours. */
function reconcile(raw: Message, before: Message): void {
  const follow = (now: Message, was: Message, ours: string, theirs: string) => {
    if (now[ours] === was[ours] && now[theirs] !== was[theirs]) now[ours] = now[theirs]
  }
  follow(raw, before, 'timestamp', 'utcTime')
  if (!isObject(raw['from'])) {
    raw['from'] = before['from']
    return
  }
  follow(raw['from'] as Message, before['from'] as Message, 'name', 'nickname')
  follow(raw['from'] as Message, before['from'] as Message, 'id', 'participantId')
}
