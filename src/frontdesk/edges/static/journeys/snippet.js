// What goes into the pages of a site that is followed.

import { el, setText } from '../shared/element.js'
import { toast } from '../shared/toast.js'

export class Snippet {
  /** @param {() => import('./calls.js').Thing} thing */
  constructor(thing) {
    this.thing = thing
    this.code = el('pre', { class: 'snippet-code' })
    this.root = el('section', { class: 'tool', 'aria-labelledby': 'snippet-title' }, el('h2', { id: 'snippet-title', text: 'The snippet' }),
      el('p', { class: 'muted', text: 'Into every page of the site, as early as you can. Nobody is followed before the settings allow it.' }), this.code,
      el('button', { type: 'button', class: 'button', text: 'Copy the snippet', on: { click: () => this.copy() } }))
  }

  update() {
    const { id } = this.thing()
    this.root.hidden = !id
    if (id) setText(this.code, snippetOf(id, location.origin))
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.code.textContent)
      toast('The snippet is in your clipboard.')
    } catch {
      getSelection()?.selectAllChildren(this.code)
      toast('It is marked: copy it with your keyboard.')
    }
  }
}

/** @param {string} id @param {string} server */
const snippetOf = (id, server) => `<script>
  (function (w, n, q) { w[n] = w[n] || function () { if (q.push(arguments) > 500) q.pop() }; w[n].q = w[n].q || q })(window, 'journey', [])
  journey('init', ${JSON.stringify(id)}, { baseUrl: ${JSON.stringify(server)} })
  journey('pageview')
</script>
<script async src="${server}/tracker/journey.js"></script>`
