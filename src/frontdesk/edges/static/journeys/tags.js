// Small marks: names of segments.

import { el } from '../shared/element.js'

/** @param {Record<string, any>[]} segments @param {number} [most] that are shown where there is little room */
export function segmentTags(segments, most = segments.length) {
  const rest = segments.length - most
  return el('ul', { class: 'tags' }, ...segments.slice(0, most).map((one) => {
    const name = one.displayName ?? 'A segment that is gone'
    return el('li', { class: 'tag', title: [...name].length > 40 ? name : undefined }, el('bdi', { text: name }))
  }), rest > 0 && el('li', { class: 'muted tags-rest', text: `and ${rest} more` }))
}
