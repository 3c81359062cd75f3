// What holds for all deployments: the form of the one thing of its kind, which is always there.

import { setText } from '../shared/element.js'
import { Editor } from './editor.js'
import { SETTINGS } from './kinds_sites.js'

/** @type {import('./kinds.js').Kind} */
const KIND = { one: 'settings', title: 'Settings', named: 'name', lead: '', empty: '', fields: SETTINGS, about: () => '', isOn: () => true, most: 1 }

export class SettingsView extends Editor {
  constructor() {
    super('settings', 'settings', '', KIND)
    this.isSole = true
    this.title = 'Settings'
    setText(this.heading, 'Settings')
    this.root.querySelector('.crumbs')?.remove()
  }

  /** @override */
  get changesOfIt() { return { filterField: 'resource', filterValue: 'settings' } }

  /** @override */
  at() { return '/settings' }

  /** @override @param {import('./calls.js').Thing} thing */
  describe(thing) { setText(this.about, `They hold for all deployments. Version ${thing.version}`) }
}
