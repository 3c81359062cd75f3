// The script of a page: the launcher when the configuration wants it, and all else when somebody uses the bus.

import type * as Bundle from '../bundle'
import { nothing } from './nothing'
import { install, quickBus } from './page'
import { createStandIn } from './standin'

install(true, (desk) => {
  let coming: Promise<typeof Bundle> | undefined
  let isArmed = false
  const bring = () => {
    coming ??= desk.fetch<typeof Bundle>('bundle').then((file) => {
      arrived(file.createPageBus(desk))
      return file
    })
    coming.catch(() => {
      coming = undefined
    })
    return coming
  }
  const { bus, arrived } = createStandIn(desk.version, () => isArmed && bring().catch(nothing))
  const quick = quickBus(bus) // Ours, and no use of the bus yet.
  isArmed = true
  return { bus, quick, bring }
})
