// Starts the pages of journeys: the view that the address names.

import { OperatorPage, partsOfAddress } from '../operator/page.js'
import { Editor } from './editor.js'
import { KINDS } from './kinds.js'
import { ListView } from './list_view.js'
import { MapReportView } from './map_report_view.js'
import { ReportView } from './report_view.js'
import { SettingsView } from './settings_view.js'
import { VisitView } from './visit_view.js'
import { VisitorsView } from './visitors_view.js'

/** @returns {import('../operator/page.js').View} */
function view() {
  const [kind = '', id = '', what = ''] = partsOfAddress()
  if (kind === 'visit' && id) return new VisitView(id)
  if (kind === 'report') return id ? new MapReportView(id) : new ReportView()
  if (kind === 'settings') return new SettingsView()
  if (KINDS[kind] && Object.hasOwn(KINDS, kind)) return id ? new Editor(kind, id === 'new' ? '' : id, what) : new ListView(kind)
  return new VisitorsView()
}

new OperatorPage({
  name: 'Journeys',
  home: '#/visitors',
  homeName: 'live visitors',
  why: 'Sign in as a supervisor to see and shape journeys.',
  secret: 'Journeys show what visitors do on your site.',
  roles: ['supervisor', 'admin'],
  view,
  places: [['visitors', 'Visitors'], ['report', 'Report'], ...Object.entries(KINDS).map(([name, kind]) => /** @type {[string, string]} */ ([name, kind.title])), ['settings', 'Settings']],
}).start()
