// What the codes of the protocol mean to a visitor, and what to do about it.

const WORDS = {
  102: 'Please give a name.', 103: 'Please give a name.', 161: 'Please give a name.',
  201: 'You have sent as many files as one chat may have.',
  202: 'The file is too large.',
  203: 'Files of this type cannot be sent.',
  204: 'The message is too long. Shorten it and send it again.',
  240: 'The chat is closed right now. Please try again later.',
  249: 'The chat is over.',
  364: 'The e-mail address is not right.',
}
const OTHERWISE = {
  start: { lost: 'No answer from the shop. Check your connection and try again.', later: 'We are very busy right now. Please try again in a minute.', refused: 'The chat could not be started. Please try again later.' },
  send: { lost: '', later: '', refused: 'The shop did not accept this message.' },
  file: { lost: 'The connection broke. Try again.', later: 'Too much at once. Try again in a moment.', refused: 'The shop did not accept this file.' },
}

/**
 * @param {import('./wire.js').Answer} answer
 * @param {keyof typeof OTHERWISE} what was tried
 * @returns {string}
 */
export function problemsOf(answer, what) {
  const codes = (answer.body.errors ?? []).map((/** @type {{code: number}} */ error) => error.code)
  const known = codes.map((/** @type {number} */ code) => WORDS[/** @type {keyof typeof WORDS} */ (code)]).filter(Boolean)
  if (known.length) return [...new Set(known)].join(' ')
  return answer.outcome === 'ok' ? '' : OTHERWISE[what][answer.outcome]
}
