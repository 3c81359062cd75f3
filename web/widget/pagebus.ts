// The bus of a page, which knows the plugins that come with us.

import { createBus } from '../shared/bus'
import type { Bus } from '../shared/types'
import type { Desk } from './desk'

const OURS = /^(widgets-core|app|common|overlay|toaster|watchman|windowmanager|webchat|webchatservice)$/i

/** A bus that brings our plugins when somebody calls them, or waits for one of them to be ready. */
export function createPageBus(desk: Desk): Bus {
  return createBus({
    version: desk.version,
    builtIn: (name) => (OURS.test(name) ? desk.load(name) : undefined),
    onSubscribe(address) {
      const [name = '', event] = address.split('.')
      desk.listened?.(name)
      if (desk.isBundle && event === 'ready' && OURS.test(name)) desk.load('widgets-core').catch(() => {})
    },
  })
}
