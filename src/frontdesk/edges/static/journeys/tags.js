// Small marks: names of segments.

import { el } from '../shared/element.js'

/** @param {Record<string, any>[]} segments */
export function segmentTags(segments) {
  return el('ul', { class: 'tags' }, ...segments.map((one) => el('li', { class: 'tag' }, el('bdi', { text: one.displayName ?? 'A segment that is gone' }))))
}
