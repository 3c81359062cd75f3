// Starts the operator's page: the applications, one of them, or one of its sessions, as the address says.

import { ApplicationView } from './application_view.js'
import { ApplicationsView } from './applications_view.js'
import { OperatorPage, partsOfAddress } from './page.js'
import { SessionView } from './session_view.js'

/** @returns {import('./page.js').View} */
function view() {
  const [kind, name = '', version = ''] = partsOfAddress()
  if (kind === 'application' && name) return new ApplicationView(name, version)
  if (kind === 'session' && name) return new SessionView(name)
  return new ApplicationsView()
}

new OperatorPage({
  name: 'Orchestration',
  home: '#/',
  homeName: 'all applications',
  why: 'Sign in as a supervisor to see what applications do.',
  secret: 'Sessions show what visitors have said of themselves.',
  roles: ['supervisor'],
  view,
}).start()
