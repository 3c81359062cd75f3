// The script of a page: the launcher when the configuration wants it, and the bus when somebody uses it.

import type * as BusFile from '../pagebus'
import { nothing } from './nothing'
import { install, quickBus } from './page'
import { createStandIn } from './standin'

install(true, (desk, fetchFile) => {
  let coming: Promise<unknown> | undefined
  let isArmed = false
  const isThere = () => {
    coming ??= fetchFile<typeof BusFile>(BUS_FILE).then((file) => arrived(file.createPageBus(desk)))
    coming.catch(() => {
      coming = undefined
    })
    return coming
  }
  const { bus, arrived } = createStandIn(desk.version, () => isArmed && isThere().catch(nothing))
  const quick = quickBus(bus) // Ours, and no use of the bus yet.
  isArmed = true
  return { bus, quick, isThere }
})
