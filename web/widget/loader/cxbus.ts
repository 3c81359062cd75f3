// The bus alone, for pages that say themselves what is loaded when.

import type * as Lazy from '../lazy'
import { createPageBus } from '../pagebus'
import { install, quickBus } from './page'

install(false, (desk) => {
  const bus = createPageBus(desk)
  return { bus, quick: quickBus(bus), bring: () => desk.fetch<typeof Lazy>('lazy') }
})
