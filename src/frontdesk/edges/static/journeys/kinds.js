// The kinds of things that journeys are made of: where they live, what they are called, what their forms ask.

import { PATTERNS } from './conditions.js'
import { ACTION_MAP } from './kinds_maps.js'
import { DEPLOYMENT, DESCRIPTION, NAME, SCHEDULE_GROUP, TARGET, TEMPLATE } from './kinds_sites.js'
import { mediaWords } from './words.js'

/** @typedef {import('./controls.js').Field} Field */
/** @typedef {import('./calls.js').Thing} Thing */
/**
 * @typedef {object} Kind
 * @property {string} one
 * @property {string} title
 * @property {string} lead what they are for
 * @property {string} empty what to do when there is none
 * @property {'displayName'|'name'} named
 * @property {Field[]} fields
 * @property {string[]} [uses] the kinds whose things it names
 * @property {(thing: Thing) => string} about a line of the list
 * @property {(thing: Thing) => boolean} isOn
 * @property {(isOn: boolean) => Thing} [turn] the change that switches it
 * @property {number} most
 */

/** @type {Field} */
const displayName = { ...NAME, name: 'displayName' }
const isActive = (/** @type {boolean} */ isOn) => ({ isActive: isOn })
/** @type {Field} */
const ON = { name: 'isActive', label: 'Switched on', type: 'check', initial: true }

/** @type {Record<string, Kind>} */
export const KINDS = {
  actionmaps: {
    one: 'action map', title: 'Action maps', named: 'displayName', fields: ACTION_MAP, uses: ['segments', 'outcomes', 'actiontemplates', 'actiontargets', 'schedulegroups'],
    lead: 'Who gets which offer, on which pages, and when.', empty: 'There is no action map yet. Make a segment first: it says who gets the offer.',
    about: (one) => `${mediaWords(one.action?.mediaType)} · weight ${one.weight}`, isOn: (one) => one.isActive, turn: isActive, most: 200,
  },
  segments: {
    one: 'segment', title: 'Segments', named: 'displayName', lead: 'Named conditions on what visitors are and do.', empty: 'There is no segment yet. Make one: it says who may need help.',
    fields: [displayName, DESCRIPTION, ON,
      { name: 'shouldDisplayToAgent', label: 'Agents see it beside the chat', type: 'check', initial: true, hint: 'Leave it out where it tells something sensitive.' },
      { name: 'color', label: 'Colour', type: 'color', initial: '#2f6fb3' },
      { name: 'scope', label: 'It is about', type: 'choice', initial: 'Session', options: [['Session', 'one visit'], ['Customer', 'the browser, for all visits']] },
      { name: 'assignmentExpirationDays', label: 'Forgotten after days', type: 'number', min: 1, max: 365, hint: '1 to 365; empty: never.', when: (own) => own?.scope === 'Customer' },
      ...PATTERNS,
      { name: 'externalSegment', label: 'It is kept elsewhere', type: 'group', optional: true, fields: ['id', 'name', 'source'].map((name) => ({ name, label: { id: 'Id', name: 'Name', source: 'Where' }[name] ?? name, type: 'text', required: true })) },
    ],
    about: (one) => `${one.scope === 'Customer' ? 'of the browser' : 'of a visit'}${one.shouldDisplayToAgent ? '' : ' · hidden from agents'}`, isOn: (one) => one.isActive, turn: isActive, most: 500,
  },
  outcomes: {
    one: 'outcome', title: 'Outcomes', named: 'displayName', lead: 'What you want visitors to reach, or to be spared.', empty: 'There is no outcome yet. Make one to see in reports what offers led to.',
    fields: [displayName, DESCRIPTION, ON,
      { name: 'isPositive', label: 'It is good to reach', type: 'check', initial: true },
      { name: 'countRepeats', label: 'Count it again when it is reached again in a visit', type: 'check' }, ...PATTERNS,
      { name: 'associatedValueField', label: 'It has a value', type: 'group', optional: true, fields: [{ name: 'name', label: 'Attribute of the event', type: 'text', required: true }, { name: 'dataType', label: 'Kind', type: 'choice', initial: 'Number', options: [['Number', 'any number'], ['Integer', 'whole numbers']] }] },
    ],
    about: (one) => (one.isPositive ? 'to be reached' : 'to be avoided'), isOn: (one) => one.isActive, turn: isActive, most: 100,
  },
  actiontargets: {
    one: 'target', title: 'Targets', named: 'name', fields: TARGET, lead: 'Where accepted chats go.', empty: 'There is no target yet. Make one for each queue that takes chats of offers.',
    about: (one) => (one.queueId ? `queue ${one.queueId}` : 'no queue'), isOn: (one) => one.state === 'active', turn: (isOn) => ({ state: isOn ? 'active' : 'inactive' }), most: 500,
  },
  actiontemplates: {
    one: 'template', title: 'Templates', named: 'name', fields: TEMPLATE, lead: 'Content that action maps show.', empty: 'There is no template yet. Make one to offer something that is no chat.',
    about: (one) => mediaWords(one.mediaType), isOn: (one) => one.state === 'Active', turn: (isOn) => ({ state: isOn ? 'Active' : 'Inactive' }), most: 500,
  },
  schedulegroups: {
    one: 'schedule group', title: 'Schedules', named: 'name', fields: SCHEDULE_GROUP, lead: 'When chats may be offered.', empty: 'There is no schedule group yet. Without one, offers are made at any hour.',
    about: (one) => (one.isEmergency ? `emergency, ${one.isActive ? 'active' : 'not active'}` : one.timeZone), isOn: (one) => !one.isEmergency || one.isActive, most: 500,
  },
  deployments: {
    one: 'deployment', title: 'Deployments', named: 'name', fields: DEPLOYMENT, lead: 'The sites that are followed.', empty: 'There is no deployment yet. Make one for your site, and put its snippet into your pages.',
    about: (one) => (one.allowedOrigins ?? []).join(', ') || 'no site', isOn: (one) => one.tracking?.enabled !== false, most: 100,
  },
}
