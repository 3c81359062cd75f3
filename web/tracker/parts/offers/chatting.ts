// The chat that was offered: opened with what the chat server needs to know, and followed. Sections 4.4 and 9.5.

import type { BusEvent, Options } from '../../../shared/types'
import type { OffersGround } from '../../parts'
import { type Chat, MEDIA } from '../../widget'
import type { Acting, Actions, Trouble } from './actions'

/** The chat of an action, and of whom. */
export function openChat(
  chat: Chat,
  acting: Acting,
  actions: Actions,
  customerId: string,
  form: Options,
): void {
  const { id, actionMapId, actionMapVersion, sessionId } = acting.action
  const triggeringAction = { id, actionMap: { id: actionMapId, version: actionMapVersion } }
  const journeyContext = {
    customer: { id: customerId, idType: 'cookie' },
    customerSession: { id: sessionId, type: 'web' },
    triggeringAction,
  }
  const options = {
    ...form,
    proactive: true,
    proactiveData: triggeringAction,
    userData: { journeyContext: JSON.stringify(journeyContext) },
  }
  chat.command('WebChat.open', options).fail((reason: unknown) => {
    if (acting.state === 'accepted') actions.move(acting, 'errored', { code: 'open', message: `${reason}` })
  })
}

/** What went wrong, by the block that the event carries. */
function troubleOf({ data }: BusEvent): Trouble {
  const errors = data['errors']
  const code = Array.isArray(errors) && errors.length ? `${errors.at(-1)}` : 'rejected'
  return { code, message: 'the chat could not be started' }
}

/**
 * Tell what the widget's life means for the action whose chat it is, `current()`.
 *
 * What comes of a chat that has begun is told to the page alone: the chat server tells the server.
 */
export function followChats(
  chat: Chat,
  actions: Actions,
  { life, config }: OffersGround,
  current: () => Acting | undefined,
  opened: () => void,
): void {
  const hear = (event: string, act: (acting: Acting, event: BusEvent) => void) =>
    chat.subscribe(event, (told) => {
      const acting = current()
      if (acting && !life.signal.aborted) act(acting, told)
    })
  const goOn = (acting: Acting, state: string) =>
    actions.move(acting, state, undefined, !config().trustClientChatStates)
  const when = (from: string, event: string, to: string) =>
    hear(event, (acting) => acting.state === from && goOn(acting, to))

  for (const name of MEDIA) chat.subscribe(`${name}.opened`, () => !life.signal.aborted && opened())
  hear('WebChat.rejected', (acting, event) => {
    if (acting.state === 'accepted') actions.move(acting, 'errored', troubleOf(event))
  })
  hear('WebChat.cancelled', (acting) => {
    if (acting.state === 'accepted') actions.move(acting, 'rejected')
    else if (acting.state === 'started') goOn(acting, 'abandoned')
  })
  when('accepted', 'WebChat.started', 'started')
  when('started', 'WebChatService.agentConnected', 'engaged')
  when('engaged', 'WebChat.completed', 'completed')
}
