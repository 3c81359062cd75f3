// What a page may configure: `frontdesk.configure(…)`, or `window._genesys.widgets`.

import type { Settings, WebChatSettings } from '../widget/settings'

/** One field of the form before the chat. */
export interface FormField {
  id: string
  name: string
  type?: string
  label?: string | ({ text: string } & Record<string, unknown>)
  placeholder?: string
  value?: unknown
  maxlength?: number | string
  options?: { text: string; value?: string; selected?: boolean; disabled?: boolean; group?: boolean }[]
  /** A row of your own, with `{label}` and `{input}`. */
  wrapper?: string
  /** Whether the value will do. */
  validate?: (event: Event, row: unknown, input: unknown, label: unknown, ...more: unknown[]) => boolean
  validateWhileTyping?: boolean
  [attribute: string]: unknown
}

/** A chat that lives on while nobody looks: the site keeps what it is gone on with. */
export interface AsyncChat {
  enabled?: boolean
  /** Keep this. The name reads the other way round. */
  getSessionData?: (data: object, ...more: unknown[]) => void
  /** Give back what was kept, as it was or as text. */
  setSessionData?: (open: boolean, ...more: unknown[]) => unknown
  /** The chat is lost. */
  deleteSessionData?: (lost: object, ...more: unknown[]) => void
  maxMessagePageSize?: number
  newMessageRestoreState?: 'full' | 'minimized'
}

/** The options of the window and of the service behind it. Milliseconds, unless the name says otherwise. */
export interface ChatSettings extends WebChatSettings {
  /** Where the service answers: `https://chat.example.com/genesys/2/chat/support`. */
  dataURL?: string
  apikey?: string | number
  /** Version 2 over CometD, in place of `dataURL`. */
  cometD?: { enabled?: boolean; cometURL?: string; channel?: string; apiURL?: string }
  /** Another protocol, by its `type`: `pureengage-v3-rest` is version 3. */
  transport?: {
    type: string
    dataURL?: string
    endpoint?: string
    headers?: Record<string, string>
    stream?: string
    clientType?: string
    pollTimeout?: number
    pollIntervalMultiplier?: number
    maxMessagePageSize?: number
    sleepEnabled?: boolean
    async?: AsyncChat
  }
  async?: AsyncChat
  /** Stands beside the chat at the agent's desk. */
  userData?: Record<string, unknown>
  emojis?: boolean
  /** `😀:smile;👍:thumbs up` */
  emojiList?: string
  uploadsEnabled?: boolean
  markdown?: boolean
  charCountEnabled?: boolean
  /** A line below the window: false for none, or words of the page. */
  poweredBy?: boolean | string
  maxMessageLength?: number
  form?: { wrapper?: string; inputs: (FormField | { custom: string })[] }
  confirmFormCloseEnabled?: boolean
  timeFormat?: 12 | 24 | '12' | '24'
  autoInvite?: { enabled?: boolean; timeToInviteSeconds?: number; inviteTimeoutSeconds?: number }
  inviteOnRestoreTimeout?: boolean
  minimizeOnMobileRestore?: boolean
  /** How long a visitor may be away and still find the chat again. */
  restoreTimeout?: number
  ajaxTimeout?: number
  pollExceptionLimit?: number
  enableCustomHeader?: boolean
  ariaIdleAlertIntervals?: number[] | boolean
  ariaCharRemainingIntervals?: number[] | boolean
  /** What goes beyond other widgets of this kind; each is off unless asked for. */
  extras?: Partial<Record<'echo' | 'receipts' | 'sound' | 'titleBadge' | 'download' | 'restart', boolean>>
}

export interface Configuration extends Settings {
  webchat?: ChatSettings
}
