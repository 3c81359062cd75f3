// Times, spans and sizes, as people read them.

const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' })
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' })
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' })

/** @param {number} ms milliseconds since the epoch */
export const clockTime = (ms) => clock.format(ms)

/** @param {number} ms */
export const fullTime = (ms) => full.format(ms)

/** @param {number} ms */
export const dayKey = (ms) => new Date(ms).toDateString()

/**
 * @param {number} ms
 * @param {number} nowMs
 */
export function dayName(ms, nowMs) {
  if (dayKey(ms) === dayKey(nowMs)) return 'Today'
  return dayKey(ms) === dayKey(nowMs - 86_400_000) ? 'Yesterday' : day.format(ms)
}

/**
 * A span as one unit: `12 s`, `3 min`, `2 h`, `4 d`.
 * @param {number} ms
 */
export function span(ms) {
  const s = Math.max(0, Math.floor(ms / 1000))
  if (s < 60) return `${s} s`
  if (s < 3600) return `${Math.floor(s / 60)} min`
  return s < 86_400 ? `${Math.floor(s / 3600)} h` : `${Math.floor(s / 86_400)} d`
}

/**
 * A time that runs out, as two units: `12 s`, `9 min 58 s`, `2 h 5 min`, `4 d 3 h`. It never says 0.
 * @param {number} ms
 */
export function remaining(ms) {
  const s = Math.max(1, Math.ceil(ms / 1000))
  const [min, h, d] = [Math.floor(s / 60), Math.floor(s / 3600), Math.floor(s / 86_400)]
  if (d) return `${d} d ${h % 24} h`
  if (h) return `${h} h ${min % 60} min`
  return min ? `${min} min ${s % 60} s` : `${s} s`
}

/** @param {number} bytes */
export function size(bytes) {
  if (bytes < 1024) return `${bytes} B`
  const kib = bytes / 1024
  return kib < 1024 ? `${Math.round(kib)} KB` : `${(kib / 1024).toFixed(1)} MB`
}

const TURNING = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/gu
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/u

/**
 * What a person wrote, to stand inside a sentence of ours: it cannot turn the direction of the rest.
 * @param {string} text
 */
export function inSentence(text) {
  const calm = text.replaceAll(TURNING, '')
  return RIGHT_TO_LEFT.test(calm) ? `\u2068${calm}\u2069` : calm
}

/**
 * One or two letters for a person's mark.
 * @param {string} name
 */
export function initials(name) {
  const words = name.replaceAll(TURNING, '').trim().split(/\s+/u).filter(Boolean)
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words
  return letters.map((word) => [...word][0]).join('').toUpperCase() || '?'
}

/** What the API says, as a sentence. @param {string} text */
export const sentence = (text) => `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}${/[.!?]$/u.test(text) ? '' : '.'}`
