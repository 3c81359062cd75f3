// For code that sites wrote against jQuery and the Common library: a file of its own, that no other page loads.

import jQuery from 'jquery'
import type { Core } from '../core/start'
import { type Common, createCommon } from './common'

export interface Compatibility {
  /** jQuery 3, without its globals: what the page has of its own stays as it is. */
  readonly $: JQueryStatic
  readonly common: Common
  /** Addresses: relative ones count from the page. */
  uri(address: string): URL
}

export function create(core: Core): Compatibility {
  const common = createCommon(core, jQuery)
  core.desk.settings().common = common
  return { $: jQuery, common, uri: (address) => new URL(address, location.href) }
}
