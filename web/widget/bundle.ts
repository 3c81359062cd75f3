// Everything that a chat needs in one file: one request once somebody wants to chat, and the smallest one.

// First, because what follows says much again that is said here: compression finds it while it is near.
export { createPageBus } from './pagebus'

import { type Core, startCore } from './core/start'
import type { Desk } from './desk'
import { register as registerService } from './service/plugin'
import { register as registerWindow } from './ui/plugin'

export const start = (desk: Desk): Core =>
  startCore(desk, {
    webchatservice: () => ({ register: registerService }),
    webchat: () => ({ register: registerWindow }),
  })
