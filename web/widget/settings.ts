// The configuration of a page: `window._genesys.widgets`. Wrong types and unknown keys are the page's right.

import type { Options, QuickBus } from '../shared/types'

/** Options of the App plugin: bus, section 11. */
export interface MainSettings {
  theme?: string
  themes?: Record<string, string>
  lang?: string
  i18n?: string | LanguagePack
  customStylesheetID?: string
  mobileMode?: 'auto' | boolean
  mobileModeBreakpoint?: number
  zoomBreakpoint?: string
  timeFormat?: 12 | 24 | '12' | '24'
  header?: Record<string, string>
  debug?: boolean
  debugTimestamps?: boolean
  cookieOptions?: CookieOptions
  preload?: string[]
  pluginLoadDelay?: number
  transitions?: boolean
  deploymentID?: string
  /** Our own: the colour of buttons and own bubbles, in any CSS notation. */
  color?: string
}

export interface CookieOptions {
  domain?: string
  path?: string
  expires?: number | Date
  secure?: boolean
  sameSite?: string
}

/** Language code → namespace → key → text. */
export type LanguagePack = Record<string, Record<string, Strings>>
export type Strings = Record<string, unknown>

export interface ChatButtonSettings {
  enabled?: boolean
  template?: string
  effect?: string
  openDelay?: number
  effectDuration?: number
  hideDuringInvite?: boolean
  servicePlugin?: string
}

/** What of the `webchat` object the foundation reads; its plugins know the rest. */
export interface WebChatSettings extends Options {
  dataURL?: string
  chatButton?: ChatButtonSettings
  autoInvite?: { enabled?: boolean }
  proactive?: { enabled?: boolean }
  async?: { enabled?: boolean }
  transport?: { async?: { enabled?: boolean } }
}

export interface Settings {
  main?: MainSettings
  app?: MainSettings
  global?: MainSettings
  webchat?: WebChatSettings
  extensions?: Record<string, unknown>
  onReady?: (bus: QuickBus) => void
  bus?: QuickBus
  common?: unknown
  [plugin: string]: unknown
}
