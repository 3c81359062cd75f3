// What of `_genesys.widgets.webchat` the window reads, and what `WebChat.open` may be told.

import type { Options } from '../../shared/types'
import type { WebChatSettings } from '../settings'

/** Options of the window. Pages misspell and mistype them: read them with `flag`, `number` and care. */
export interface WindowOptions extends WebChatSettings {
  emojis?: boolean
  emojiList?: string
  form?: FormDefinition
  uploadsEnabled?: boolean
  confirmFormCloseEnabled?: boolean
  maxMessageLength?: number
  charCountEnabled?: boolean
  autoInvite?: InviteOptions
  proactive?: { enabled?: boolean; idleTimer?: number; cancelTimer?: number }
  inviteOnRestoreTimeout?: boolean
  minimizeOnMobileRestore?: boolean
  markdown?: boolean
  timeFormat?: number | string
  ariaIdleAlertIntervals?: number[] | boolean
  ariaCharRemainingIntervals?: number[] | boolean
  unminimizeOnAlert?: boolean
  promptEndChatOnError?: number
  endChatOnErrorThreshold?: number
  async?: AsyncOptions
  transport?: { async?: AsyncOptions }
  /** What stands below the window: false for nothing, or words of the page. */
  poweredBy?: boolean | string
  extras?: Extras
}

export interface InviteOptions {
  enabled?: boolean
  timeToInviteSeconds?: number
  inviteTimeoutSeconds?: number
}

export interface AsyncOptions {
  enabled?: boolean
  newMessageRestoreState?: 'full' | 'minimized'
}

/** Our own, all off unless asked for: webchat-ui, section 11. */
export interface Extras {
  /** One's own words are seen while they are on their way, and can be sent again when they fail. */
  echo?: boolean
  /** The other side hears how far its words were read. */
  receipts?: boolean
  /** A short sound for what comes while nobody looks. */
  sound?: boolean
  /** The number of unread messages in the title of the page. */
  titleBadge?: boolean
  /** A button that saves the conversation. */
  download?: boolean
  /** A button that begins another chat after the end of one. */
  restart?: boolean
}

/** One field of a form; other keys are attributes of the field. */
export interface FieldDefinition extends Options {
  id?: string
  name?: string
  type?: string
  label?: string | (Options & { text?: string })
  options?: { text?: string; value?: string; selected?: boolean; disabled?: boolean; group?: boolean }[]
  value?: unknown
  wrapper?: string
  custom?: string
  validate?: (...about: unknown[]) => unknown
  validateWhileTyping?: boolean
}

export interface FormDefinition {
  wrapper?: string
  inputs?: FieldDefinition[]
}

/** What `WebChat.open` takes. */
export interface OpenOptions extends Options {
  form?: (Options & { autoSubmit?: boolean }) | false
  formJSON?: FormDefinition
  userData?: Options
  attachedData?: Options
  interactionData?: Options
  async?: boolean
  markdown?: boolean
  id?: string
  proactive?: boolean
  proactiveData?: Options
  minimized?: boolean
  restoring?: boolean
}

/** A number an option holds, or what stands for it. */
export const number = (value: unknown, otherwise: number): number =>
  typeof value === 'number' && value >= 0 ? value : otherwise

/** How many characters a message may have. */
export const lengthMax = ({ options }: { options(): WindowOptions }): number =>
  number(options().maxMessageLength, 500)
