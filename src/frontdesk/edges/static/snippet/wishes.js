// What somebody wants of the chat box, and the settings that say so. It travels in the address of the page, so nothing
// in it is trusted: only what the form itself could have said is taken.

export const LANGUAGES = ['ar', 'de', 'en', 'es', 'fr', 'it', 'ja', 'nl', 'pl', 'pt', 'tr', 'zh']
export const THEMES = ['system', 'light', 'dark']
const COLOUR = /^#[0-9a-f]{6}$/i
const SERVICE_MAX = 64
const AFTER_S = { min: 5, max: 3600, otherwise: 30 }

/**
 * @typedef {{
 *   service: string, lang: string, theme: string, color: string, emojis: boolean, uploads: boolean, count: boolean,
 *   markdown: boolean, own: boolean, afterS: number, isPinned: boolean,
 * }} Wishes `color` is empty without a brand, `afterS` zero without an invitation
 */

/**
 * @param {{get(name: string): unknown}} given a form's data, or what stands in an address
 * @returns {Wishes}
 */
export function wishesFrom(given) {
  const text = (/** @type {string} */ name) => String(given.get(name) ?? '').trim()
  const isOn = (/** @type {string} */ name) => given.get(name) === 'on'
  const oneOf = (/** @type {string[]} */ known, /** @type {string} */ value, /** @type {string} */ otherwise) =>
    known.includes(value) ? value : otherwise
  const afterS = Math.min(AFTER_S.max, Math.max(AFTER_S.min, Math.round(Number(text('after'))) || AFTER_S.otherwise))
  return {
    service: text('service').slice(0, SERVICE_MAX),
    lang: oneOf(LANGUAGES, text('lang'), 'en'),
    theme: oneOf(THEMES, text('theme'), 'system'),
    color: isOn('branded') && COLOUR.test(text('color')) ? text('color') : '',
    emojis: isOn('emojis'),
    uploads: isOn('uploads'),
    count: isOn('count'),
    markdown: isOn('markdown'),
    own: isOn('own'),
    afterS: isOn('invites') ? afterS : 0,
    isPinned: isOn('pinned'),
  }
}

/**
 * What `frontdesk.configure` is told.
 * @param {Wishes} wishes
 * @param {string} server the origin of the server
 */
export function settingsOf(wishes, server) {
  const { lang, theme, color } = wishes
  const dataURL = `${server}/genesys/2/chat/${encodeURIComponent(wishes.service)}`
  return {
    main: { lang, theme, ...(color && { color }) },
    webchat: { dataURL, chatButton: { enabled: !wishes.own }, ...extras(wishes) },
  }
}

/**
 * What the attributes of the tag cannot say.
 * @param {Wishes} wishes
 */
function extras(wishes) {
  return {
    ...(wishes.emojis && { emojis: true }),
    ...(wishes.uploads && { uploadsEnabled: true }),
    ...(wishes.count && { charCountEnabled: true }),
    ...(wishes.markdown && { markdown: true }),
    ...(wishes.afterS > 0 && { autoInvite: { enabled: true, timeToInviteSeconds: wishes.afterS } }),
  }
}

/**
 * Whether the attributes of the tag say it all.
 * @param {Wishes} wishes
 */
export function fitsTag(wishes) {
  return !wishes.own && Object.keys(extras(wishes)).length === 0
}
