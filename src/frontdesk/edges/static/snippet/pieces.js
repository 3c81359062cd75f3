// The texts that go into a site, made from wishes.

import { fitsTag, settingsOf } from './wishes.js'

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** @typedef {{title: string, about: string, text: string}} Piece */

/**
 * @param {import('./wishes.js').Wishes} wishes
 * @param {string} server the origin of the server
 * @param {string} [integrity] of the script, when the tag shall demand it
 * @returns {Piece[]}
 */
export function piecesOf(wishes, server, integrity) {
  const isWhole = fitsTag(wishes)
  const own = wishes.own && {
    title: 'Your button',
    about: 'Any element of yours opens the chat. Put this into a script of your site.',
    text: ownButton(),
  }
  const settings = !isWhole && {
    title: 'Your settings',
    about: 'A script of your site, for example /chat-settings.js. It may come before or after the tag.',
    text: settingsScript(settingsOf(wishes, server)),
  }
  const tag = {
    title: isWhole ? 'The tag' : 'The tags',
    about: 'Into every page, anywhere. Visitors load 3 kB until they want to chat.',
    text: [!isWhole && '<script src="/chat-settings.js" async></script>', tagOf(wishes, server, isWhole, integrity)]
      .filter(Boolean)
      .join('\n'),
  }
  const policy = {
    title: 'Your Content Security Policy',
    about: 'Only if your site has one: add these sources. Nothing inline and no eval is needed.',
    text: `script-src ${server};\nconnect-src ${server} ${server.replace(/^http/, 'ws')};\nimg-src ${server};`,
  }
  return [tag, settings, own, policy].filter((piece) => piece !== false)
}

/**
 * @param {import('./wishes.js').Wishes} wishes
 * @param {string} server
 * @param {boolean} isWhole whether it carries the settings
 * @param {string} [integrity]
 */
function tagOf({ service, lang, theme, color }, server, isWhole, integrity) {
  const lines = [
    `<script async crossorigin src="${server}/widget/frontdesk.js"`,
    integrity && attribute('integrity', integrity),
    ...(isWhole
      ? [
          attribute('data-service', service),
          lang !== 'en' && attribute('data-lang', lang),
          attribute('data-theme', theme),
          color && attribute('data-color', color),
        ]
      : []),
  ].filter(Boolean)
  return `${lines.join('\n  ')}></script>`
}

/**
 * @param {string} name
 * @param {string} value
 */
function attribute(name, value) {
  return `${name}="${value.replace(/[&<>"]/g, (sign) => ENTITIES[/** @type {keyof typeof ENTITIES} */ (sign)])}"`
}

/** @param {object} settings */
function settingsScript(settings) {
  return `window.frontdesk = window.frontdesk || []
frontdesk.push(function (chat) {
  chat.configure(${indented(settings)})
})`
}

/** @param {object} value */
function indented(value) {
  return JSON.stringify(value, null, 2).replaceAll('\n', '\n  ')
}

function ownButton() {
  return `document.querySelector('#my-chat-button').addEventListener('click', function () {
  frontdesk.push(function (chat) { chat.command('WebChat.open') })
})`
}
