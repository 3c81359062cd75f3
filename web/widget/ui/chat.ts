// The window's model: what is known, who draws it, what it says.

import type { Options, Plugin } from '../../shared/types'
import { element } from '../core/nodes'
import type { Core } from '../core/start'
import { ask } from './alert'
import { recall } from './following'
import { createRoot } from './jsx/jsx-runtime'
import type { WindowOptions } from './options'
import { ignore } from './parts'
import { type Chat, EMPTY, filled, type State } from './state'
import { createWindow } from './window'
import { tell } from './writing'

const SPOKEN_MS = 5000

export function createChat(core: Core, plugin: Plugin): Chat {
  const options = () => (core.desk.settings().webchat ?? {}) as WindowOptions
  const host = element('div', 'cx-widget cx-common-container cx-webchat cx-minimize cx-close')
  const render = createRoot(host)
  const looks: ((before: State) => void)[] = []
  let isDue = false
  let silence: ReturnType<typeof setTimeout> | undefined

  const chat: Chat = {
    core,
    plugin,
    serviceName: options().chatButton?.servicePlugin ?? 'WebChatService',
    host,
    state: EMPTY,
    interaction: undefined,
    opened: {},
    options,
    draw() {
      isDue = false
      render(chat.state.isOpen && view())
    },
    set(change) {
      const before = chat.state
      chat.state = { ...before, ...change }
      if (!isDue) queueMicrotask(chat.draw)
      isDue = true
      for (const look of looks) look(before)
    },
    watch: (look) => looks.push(look),
    say: (key, values) => filled(`${chat.state.words[key] ?? key}`, values),
    label: (key) => `${chat.state.words[`Aria${key}`] ?? chat.say(key)}`,
    error: (code, values) => filled(`${(chat.state.words['Errors'] as Options)?.[code] ?? ''}`, values),
    ask: (...alert) => ask(chat, ...alert),
    takeBack(about) {
      const { alert, nextAlert } = chat.state
      if (nextAlert?.about === about) chat.set({ nextAlert: undefined })
      if (alert?.about === about) chat.set({ alert: nextAlert, nextAlert: undefined })
    },
    tell: (text, given) => tell(chat, text, given),
    recall: () => recall(chat),
    service: (command, given) => plugin.command(`${chat.serviceName}.${command}`, given),
    hear(events) {
      for (const [name, act] of Object.entries(events))
        plugin.subscribe<never>(`${chat.serviceName}.${name}`, ({ data }) => act(data))
    },
    command(name, given) {
      const result = plugin.command(`WebChat.${name}`, given)
      result.fail(ignore)
      return result
    },
    speak(text) {
      chat.set({ spoken: [...chat.state.spoken, text] })
      clearTimeout(silence)
      silence = setTimeout(() => chat.set({ spoken: [] }), SPOKEN_MS)
    },
    focused: () => (host.getRootNode() as ShadowRoot).activeElement ?? null,
  }
  const view = createWindow(chat)
  const layout = () => {
    chat.set({ isMobile: core.app.data('mobileMode') === true || core.app.data('zoom') === 'mobile' })
  }
  plugin.subscribe('App.i18n', () => chat.set({ words: core.languages.table()['webchat'] ?? {} }))
  plugin.subscribe<{ timeFormat: number }>('App.timeFormat', ({ data }) =>
    chat.set({ timeFormat: Number(options().timeFormat ?? data.timeFormat) }),
  )
  plugin.subscribe('App.mobileMode', layout)
  plugin.subscribe('App.zoom', layout)
  return chat
}
