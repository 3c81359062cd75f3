// Everything that a chat needs in one file: one request once somebody wants to chat, and the smallest one.

import { type Core, startCore } from './core/start'
import type { Desk } from './desk'
import { register } from './service/plugin'

export { createPageBus } from './pagebus'

export const start = (desk: Desk): Core => startCore(desk, { webchatservice: () => ({ register }) })
