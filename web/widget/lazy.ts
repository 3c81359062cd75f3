// The core alone, for pages that say themselves what is loaded when: each plugin is a file of its own.

import { type Core, startCore } from './core/start'
import type { Desk } from './desk'

export const start = (desk: Desk): Core =>
  startCore(
    desk,
    { webchatservice: () => import('./service/plugin') },
    { headless: () => import('./lifecycle/headless') },
  )
