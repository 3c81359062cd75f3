// Brings the widget as a site does, with the settings that the address of this page says.

import { settingsOf, wishesFrom } from '../snippet/wishes.js'

/** @returns {Promise<any>} the global `frontdesk`, with everything loaded */
export function bringWidget() {
  const given = new URLSearchParams(location.search)
  const wishes = wishesFrom(given)
  const settings = settingsOf({ ...wishes, service: wishes.service || 'demo' }, location.origin)
  return new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = '/widget/frontdesk.js'
    script.onerror = () => reject(new Error('The widget is not built. See web/README.md.'))
    script.onload = () => {
      const { frontdesk } = /** @type {any} */ (window)
      frontdesk.configure(settings)
      frontdesk.load('webchat').then(() => resolve(frontdesk), reject)
    }
    document.head.append(script)
  })
}
