// Page views of pages that change their address without being loaded again: the module `autotrackUrlChange`.

import type { Life } from './life'

/** Call `turned` after the address has changed, when whoever changed it is done. */
export function watchUrl(life: Life, turned: () => void): void {
  const soon = () => life.after(0, turned)
  for (const name of ['pushState', 'replaceState'] as const) {
    const original = history[name]
    history[name] = function (this: History, ...values) {
      original.apply(this, values)
      soon() // After the end it does nothing: somebody else may have put theirs over ours by then.
    }
  }
  life.on(window, 'popstate hashchange', soon)
}
