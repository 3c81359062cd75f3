// Buttons of sites beside ours: a command of the plugin WindowManager.

import type { Call } from '../../shared/types'
import { element, nodeOf } from '../core/nodes'
import type { Core } from '../core/start'
import type { Commands } from './types'

type ButtonOptions = { template?: unknown; show?: boolean }

export function addSideButtons(core: Core): Commands {
  const buttons = element('div', 'cx-widget cx-side-button-group')
  return {
    registerSideButton({ data, deferred }: Call<ButtonOptions>) {
      const content = nodeOf(data.template)
      if (!content) return deferred.reject('No button template found to register')
      content.classList.add('cx-side-button')
      content.hidden = data.show === false
      buttons.append(content)
      core.desk.mount().append(buttons)
      return deferred.resolve({ html: core.wrap(content) })
    },
  }
}
