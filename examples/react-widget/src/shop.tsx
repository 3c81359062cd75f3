// A shop with a chat button of its own.

import { useEffect, useState } from 'react'
import { useChat, useChatEvent } from './chat'

const WHERE = {
  server: 'http://localhost:8080',
  service: 'demo',
  configuration: {
    main: { theme: 'system', color: '#0b6e4f' },
    webchat: { chatButton: { enabled: false }, emojis: true },
  },
}

export function Shop({ server = WHERE.server }: { server?: string }) {
  const chat = useChat({ ...WHERE, server })
  const [ferns, setFerns] = useState(0)
  const [helper, setHelper] = useState<string>()

  useChatEvent(chat, 'WebChatService.agentConnected', ({ message }) => setHelper(message.from.name))
  useChatEvent(chat, 'WebChatService.ended', () => setHelper(undefined))
  useEffect(() => {
    // What the agent sees beside the chat; before a chat it is kept for the next one.
    chat?.command('WebChatService.updateUserData', { basket: `${ferns} ferns` })
  }, [chat, ferns])

  return (
    <main>
      <h1>Ferns</h1>
      <p aria-live="polite">
        {ferns} in the basket{helper ? `, and ${helper} is helping you` : ''}
      </p>
      <button type="button" onClick={() => setFerns(ferns + 1)}>
        One more
      </button>
      <button type="button" disabled={!chat} onClick={() => chat?.command('WebChat.open')}>
        Ask a plant person
      </button>
    </main>
  )
}
