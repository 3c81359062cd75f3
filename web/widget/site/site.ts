// What only sites ask for: extensions, and the commands of the core that no chat of ours needs. A file of its own.

import type { Core } from '../core/start'
import { appCommands } from './app'
import { addSideButtons } from './buttons'
import { createExtensions, type Extensions } from './extensions'
import { createOverlay } from './overlay'
import { createToaster } from './toaster'
import type { Commands } from './types'
import views from './views.css?inline'
import { createWatchman } from './watchman'

export interface Site {
  readonly extensions: Extensions
  /** By plugin and name. */
  readonly commands: Readonly<Record<string, Commands>>
  /** The site's own style comes last on the page, and into our root, where all that is ours gives way to it. */
  useStylesheet(id: string): void
}

/** `core.plugins` are there already: these are their handlers. */
export function createSite(core: Core): Site {
  const extensions = createExtensions(core)
  core.style(views)
  return {
    extensions,
    commands: {
      App: { ...appCommands(core), ...extensions.commands },
      Toaster: createToaster(core),
      Overlay: createOverlay(core),
      WindowManager: addSideButtons(core),
      Watchman: createWatchman(core),
    },
    useStylesheet(id) {
      const sheet = document.getElementById(id.replace('#', ''))
      if (!sheet) return
      document.body.append(sheet)
      core.desk.mount().getRootNode().appendChild(sheet.cloneNode(true))
    },
  }
}
