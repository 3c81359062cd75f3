// The chat widget for React: bring it once, hear what it publishes.

import { type Chat, type Events, loadFrontdesk, type Plugin, type Where } from 'frontdesk-widget'
import { useEffect, useRef, useState } from 'react'

/** The widget when it is there. The first component that asks decides where it comes from. */
export function useChat(where: Where): Chat | undefined {
  const [chat, setChat] = useState<Chat>()
  const first = useRef(where)
  useEffect(() => {
    let isWanted = true
    loadFrontdesk(first.current).then(
      (loaded) => isWanted && setChat(loaded),
      (error) => console.warn(error), // The shop works without a chat.
    )
    return () => {
      isWanted = false
    }
  }, [])
  return chat
}

let ours: Plugin | undefined

/** Call `heard` at each event while the component is shown. One listener per event in this application. */
export function useChatEvent<Address extends keyof Events>(
  chat: Chat | undefined,
  address: Address,
  heard: (data: Events[Address]) => void,
): void {
  const latest = useRef(heard)
  useEffect(() => {
    latest.current = heard
  })
  useEffect(() => {
    if (!chat) return
    // A plugin of our own, since only a plugin can stop listening.
    ours ??= chat.bus.registerPlugin('ReactShop') || undefined
    ours?.ready()
    ours?.subscribe<Events[Address]>(address, ({ data }) => latest.current(data))
    return () => {
      ours?.unsubscribe(address)
    }
  }, [chat, address])
}
