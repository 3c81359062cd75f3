// The words of the journey API in those of people.

import { inSentence, span } from '../shared/format.js'

export { sentence } from '../shared/format.js'

const STATES = new Map([
  ['qualified', 'qualified'], ['qualifiedOutsideSchedule', 'qualified while closed'], ['offered', 'offered'], ['accepted', 'accepted'],
  ['rejected', 'declined'], ['errored', 'could not be shown'], ['ignored', 'ignored'], ['timedout', 'timed out'], ['started', 'chat started'],
  ['abandoned', 'chat abandoned'], ['engaged', 'an agent joined'], ['completed', 'chat completed'], ['lapsed', 'lapsed with the visit'],
  ['offeredOutsideSchedule', 'not offered: closed'], ['frequencyCapReached', 'not offered: too many offers'],
])

const REASONS = new Map([
  ['ControlGroup', 'The visit is in the control group, which is never offered it'],
  ['PageUrlConditionsNotMatching', 'The visitor was on another page'],
  ['TriggerDateInFuture', 'Its delay was not over'],
  ['OfferedOutsideSchedule', 'Its schedule was closed'],
  ['AlreadyExistingOffer', 'Another offer or a chat was open'],
  ['FrequencyCapping', 'The visitor had got enough offers'],
  ['NoAvailableAgents', 'Nobody was free to answer'],
  ['ServiceLevelThrottling', 'Agents had enough to do'],
  ['MultipleSimultaneousOffers', 'Another map went before it'],
  ['Unknown', 'For a reason that is not known'],
])

const STAGES = new Map([['invitation', 'at the invitation'], ['form', 'at the form'], ['chat', 'in the chat']])
const MEDIA = new Map([['webchat', 'Chat'], ['contentOffer', 'Content'], ['webhook', 'Webhook']])
const EVENTS = new Map([['page_viewed', 'Saw a page'], ['form_submitted', 'Sent a form'], ['form_abandoned', 'Left a form'], ['identify', 'Said who they are'], ['search_performed', 'Searched']])

/** @param {string} state */
export const stateWords = (state) => STATES.get(state) ?? state
/** @param {string} reason */
export const reasonWords = (reason) => REASONS.get(reason) ?? reason
/** @param {string} stage */
export const stageWords = (stage) => STAGES.get(stage) ?? ''
/** @param {string} media */
export const mediaWords = (media) => MEDIA.get(media) ?? media
/** @param {string} name of an event */
export const eventWords = (name) => EVENTS.get(name) ?? name.replaceAll('_', ' ')

/** @param {string|undefined} iso */
export const ms = (iso) => (iso ? Date.parse(iso) : 0)

/** @param {number|null|undefined} share in percent, to one decimal as reports round: half up */
export const percent = (share) => (share === null || share === undefined ? '–' : `${((Math.round(Number(`${share}e1`)) || 0) / 10).toFixed(1)} %`)

/** @param {number|null|undefined} value in milliseconds */
export const lasted = (value) => (value === null || value === undefined ? '–' : value < 1000 ? `${Math.round(value)} ms` : span(value))

/** @param {number} count @param {string} one @param {string} [many] */
export const counted = (count, one, many = `${one}s`) => `${count.toLocaleString()} ${count === 1 ? one : many}`

/** @param {string} url what one reads of it: the path, with the host when it is another's */
export function pathOf(url) {
  try {
    const parts = new URL(url)
    return `${parts.pathname}${parts.search}` || '/'
  } catch {
    return url
  }
}

const QUOTED_CHARS = 60

/** A name in a sentence of ours, in quotes, and not longer than the sentence. @param {string} name */
export const quoted = (name) => `“${inSentence([...name].length > QUOTED_CHARS ? `${[...name].slice(0, QUOTED_CHARS).join('')}…` : name)}”`
