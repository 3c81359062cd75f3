// Offers put before the visitor. A file of its own, which comes with the first offer: most visitors never get one.

import type { OffersGround } from '../parts'
import type { Action } from '../types'
import { chatOf, isMediaOpen } from '../widget'
import { type Acting, createActions } from './offers/actions'
import { followChats, openChat } from './offers/chatting'
import { draw } from './offers/drawing'
import { presentInWidget } from './offers/inviting'
import { createShowing, type Present } from './offers/showing'
import { formOf } from './offers/survey'

export interface Offers {
  /** Put it before the visitor, unless the page does, and tell what comes of it. */
  offer(action: Action): Promise<void>
  /** An action has come into a state, the page says. Errors: there is none of that id. */
  act(actionId: string, state: string, errorCode: unknown, errorMessage: unknown): void
  /** What is shown goes within a moment, and nobody is told. */
  drop(): void
}

/** What shows offers on a page; one is enough. */
export function createOffers(ground: OffersGround): Offers {
  const actions = createActions(ground)
  let chatting: Acting | undefined
  let isFollowed = false

  const present: Present = (acting, settle) => {
    const { mediaType } = acting.action
    const chat = chatOf(window)
    if (mediaType === 'webchat' && chat) {
      follow()
      return presentInWidget(chat)(acting, settle)
    }
    if (mediaType === 'webchat' && !ground.subscriptions.isHeard(mediaType, 'accepted'))
      throw { code: 'noChat', message: 'there is no chat on this page' }
    return draw(acting, settle)
  }
  const follow = () => {
    const chat = chatOf(window)
    if (!chat || isFollowed) return
    isFollowed = true
    /** Visitors who have a chat need none offered, by us or by the page itself. */
    const opened = () => {
      showing.gone('webchat')
      for (const acting of actions.offered())
        if (acting.action.mediaType === 'webchat') actions.move(acting, 'ignored')
    }
    followChats(chat, actions, ground, () => chatting, opened)
  }
  const accepted = (acting: Acting) => {
    const chat = chatOf(window)
    if (acting.action.mediaType !== 'webchat' || !chat || isMediaOpen(window)) return
    follow()
    chatting = acting
    const form = formOf(acting.action.webchatProperties?.survey?.questions)
    openChat(chat, acting, actions, ground.customerId(), form)
  }
  const showing = createShowing(ground, actions, present, () => isMediaOpen(window), accepted)
  return {
    drop: actions.drop,
    async offer(action) {
      const acting = actions.arrive(action)
      if (acting) await showing.show(acting)
    },
    act(actionId, state, code = '', message = '') {
      const acting = actions.find(actionId)
      if (!acting) throw new Error(`no action ${actionId}`)
      actions.move(acting, state, { code: `${code}`, message: `${message}` })
      if (state === 'accepted') accepted(acting)
      if (state === 'offered') follow()
    },
  }
}
