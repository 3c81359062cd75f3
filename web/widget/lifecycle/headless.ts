// WebChat without a window, for pages with a chat of their own that want the life of the interaction told:
// `frontdesk.load('headless')`. Commands `open`, `submit`, `close` and `endChat`.

import type { Options } from '../../shared/types'
import type { Core } from '../core/start'
import type { Desk } from '../desk'
import { objectOf } from '../service/json'
import { createInteraction } from './interaction'
import { isOpen, isRunning } from './lifecycle'

export function register(desk: Desk, core: Core): void {
  const plugin = desk.bus.registerPlugin('WebChat')
  if (!plugin) return
  plugin.registerCommand('open', ({ data, deferred }) => {
    if (isOpen(interaction.life())) return deferred.reject('already opened')
    const isNew = interaction.opened(data)
    deferred.resolve() // How a start goes that the page wants at once is told by events.
    if (isNew && objectOf(data['form'])['autoSubmit'] === true) interaction.submit({}, true)
    return undefined
  })
  plugin.registerCommand('submit', ({ data, deferred }) => {
    if (interaction.life().phase !== 'form') return deferred.reject('there is no form to submit')
    const form = objectOf(data['form']) as Options
    return interaction.submit(form, false).done(deferred.resolve).fail(deferred.reject)
  })
  plugin.registerCommand('close', ({ deferred }) => {
    if (!isOpen(interaction.life())) return deferred.reject('already closed')
    interaction.closed()
    return deferred.resolve()
  })
  plugin.registerCommand('endChat', ({ deferred }) => {
    if (!isRunning(interaction.life())) return deferred.reject('there is no active chat session to end')
    interaction.end()
    return deferred.resolve()
  })
  const interaction = createInteraction(plugin, { store: core.cookies, newId: core.newId })
}
