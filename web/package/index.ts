// Brings the widget of a Frontdesk server onto a page, once.

import '../widget/desk'
import type { Chat } from './catalogue'
import type { Configuration } from './configuration'

export type { Bus, BusEvent, Call, Plugin, Promised, QuickBus } from '../shared/types'
export type { Chat, Commands, Events, Message, Metadata, OpenOptions } from './catalogue'
export type { ChatSettings, Configuration, FormField } from './configuration'

export interface Where {
  /** The address of your Frontdesk: `https://chat.example.com`. */
  server: string
  /** Which of its services answers. */
  service: string
  /** Anything else; what stands here comes before what `service` says. */
  configuration?: Configuration
  /** The hash that the script must have: `/widget/build.json` of the server. */
  integrity?: string
  /** The nonce of your Content Security Policy, if it has one. */
  nonce?: string
}

let coming: Promise<Chat> | undefined

/**
 * The global `frontdesk`, when it is there. Only the first call decides where it comes from; one that failed may be
 * repeated. Rejects with an `Error` when the script cannot be had.
 */
export function loadFrontdesk(where: Where): Promise<Chat> {
  coming ??= bring(where)
  coming.catch(() => {
    coming = undefined
  })
  return coming
}

function bring({ server, service, configuration = {}, integrity, nonce }: Where): Promise<Chat> {
  const base = server.endsWith('/') ? server : `${server}/`
  const dataURL = new URL(`genesys/2/chat/${encodeURIComponent(service)}`, base).href
  const webchat = { dataURL, chatButton: { enabled: true }, ...configuration.webchat }
  return new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = new URL('widget/frontdesk.js', base).href
    script.crossOrigin = 'anonymous'
    if (integrity) script.integrity = integrity
    if (nonce) script.nonce = nonce
    script.addEventListener('load', () => {
      const chat = window.frontdesk as unknown as Chat
      chat.configure({ ...configuration, webchat })
      resolve(chat)
    })
    script.addEventListener('error', () => {
      script.remove()
      reject(new Error(`The chat widget could not be loaded from ${script.src}`))
    })
    document.head.append(script)
  })
}
