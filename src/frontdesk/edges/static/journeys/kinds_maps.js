// What action maps are made of, as fields of a form.

import { EVENT_CONDITION, URL_CONDITION } from './conditions.js'

/** @typedef {import('./controls.js').Field} Field */

const isChat = (/** @type {any} */ _own, /** @type {any} */ whole) => whole?.action?.mediaType === 'webchat'
const isOffer = (/** @type {any} */ _own, /** @type {any} */ whole) => whole?.action?.mediaType !== 'webhook'

/** @type {Field[]} */
const SURVEY = [{ name: 'questions', label: 'Questions', type: 'groups', item: 'question', hint: 'At most 50.', fields: [
  { name: 'label', label: 'Label', type: 'text', required: true },
  { name: 'type', label: 'Kind', type: 'choice', initial: 'text', options: [['text', 'one line'], ['textarea', 'several lines'], ['select', 'one of a list'], ['checkbox', 'a tick'], ['hidden', 'not shown']] },
  { name: 'choices', label: 'To choose from', type: 'lines', hint: 'One on each line.', when: (own) => own?.type === 'select' },
  { name: 'customerProperty', label: 'Tells of the visitor', type: 'choice', options: [['givenName', 'first name'], ['familyName', 'last name'], ['email', 'e-mail'], ['phone', 'telephone'], ['gender', 'gender'], ['companyName', 'company']] },
  { name: 'isMandatory', label: 'Has to be answered', type: 'check' },
] }]

/** @type {Field[]} */
const ACTION = [
  { name: 'mediaType', label: 'What it offers', type: 'choice', initial: 'webchat', options: [['webchat', 'a chat'], ['contentOffer', 'content'], ['webhook', 'nothing: it calls another system']] },
  { name: 'props', label: 'What the invitation says', type: 'group', when: isChat, hint: 'At most 4,096 characters each. Empty ones are those of the widget.', fields: [
    { name: 'webchatTitleText', label: 'Title', type: 'text', max: 4096 },
    { name: 'webchatPrompt', label: 'Text', type: 'long', max: 4096 },
    { name: 'webchatAcceptText', label: 'Button to accept', type: 'text', max: 4096 },
    { name: 'webchatDeclineText', label: 'Button to decline', type: 'text', max: 4096 },
    { name: 'webchatSurvey', label: 'Ask something before the chat', type: 'group', optional: true, fields: SURVEY },
  ] },
  { name: 'actionTemplate', label: 'Template', type: 'thing', of: 'actiontemplates', isRef: true, when: isOffer, hint: 'Content is shown as its template says.' },
  { name: 'actionTargetId', label: 'Target', type: 'thing', of: 'actiontargets', when: isChat, hint: 'The queue where accepted chats go.' },
  { name: 'isPacingEnabled', label: 'Only while somebody is free to answer', type: 'check', initial: true, when: isChat },
  { name: 'webhookFields', label: 'What it calls', type: 'group', when: (own) => own?.mediaType === 'webhook', fields: [
    { name: 'url', label: 'Address', type: 'text', max: 2048, required: true, hint: 'Begins with https:// or http://; the server has to allow its host.' },
    { name: 'secretId', label: 'Secret', type: 'text', hint: 'The name of a secret in the settings of the server.' },
  ] },
]

/** @param {string} name @param {string} label @param {string} hint @returns {Field} */
const share = (name, label, hint) => ({ name, label, type: 'number', min: 0, max: 1, step: 'any', hint: `0 to 1. ${hint}` })
/** @type {Field} */
const outcome = { name: 'outcomeId', label: 'Outcome', type: 'thing', of: 'outcomes', required: true }

/** @type {Field[]} */
export const ACTION_MAP = [
  { name: 'displayName', label: 'Name', type: 'text', max: 256, required: true, hint: 'At most 256 characters.' },
  { name: 'isActive', label: 'Switched on', type: 'check', initial: true },
  { name: 'triggerWithSegments', label: 'When somebody comes into any of these segments', type: 'things', of: 'segments', hint: 'Segments and event conditions do not go together.' },
  { name: 'triggerWithEventConditions', label: 'When all of these events have happened', type: 'groups', item: 'event condition', fields: EVENT_CONDITION },
  { name: 'triggerWithOutcomeProbabilityConditions', label: 'When an outcome is likely', type: 'groups', item: 'probability condition', fields: [outcome,
    { ...share('maximumProbability', 'Was at least', 'The highest of the visit has reached this.'), required: true }, share('probability', 'And is now below', 'Less than the one above; empty for any.')] },
  { name: 'triggerWithOutcomeQuantileConditions', label: 'When an outcome is more likely than in other visits', type: 'groups', item: 'quantile condition', fields: [outcome,
    { ...share('maxQuantileThreshold', 'Was at least', '0.9 is more likely than in nine of ten visits.'), required: true }, share('fallbackQuantileThreshold', 'And is now below', 'Empty for any.')] },
  { name: 'pageUrlConditions', label: 'Only on pages where all of these hold', type: 'groups', item: 'page condition', when: isOffer, hint: 'None is every page.', fields: URL_CONDITION },
  { name: 'activation', label: 'From when on', type: 'group', fields: [
    { name: 'type', label: 'It is offered', type: 'choice', initial: 'immediate', options: [['immediate', 'at once'], ['delay', 'after a delay'], ['on-next-visit', 'in the next visit'], ['on-next-session', 'in the next session']] },
    { name: 'delayInSeconds', label: 'Seconds', type: 'number', min: 0, max: 86_400, initial: 10, hint: '0 to 86,400, which is a day.', when: (own) => own?.type === 'delay' },
  ] },
  { name: 'weight', label: 'Weight', type: 'choice', initial: 2, options: [['1', '1: low'], ['2', '2: medium'], ['3', '3: high']], hint: 'Of several offers for one moment, that of most weight is made.' },
  { name: 'action', label: 'What it does', type: 'group', fields: ACTION },
  { name: 'actionMapScheduleGroups', label: 'Only at certain hours', type: 'group', optional: true, when: isChat, fields: [
    { name: 'actionMapScheduleGroup', label: 'Schedule group', type: 'thing', of: 'schedulegroups', isRef: true, required: true, only: (one) => !one.isEmergency },
    { name: 'emergencyActionMapScheduleGroup', label: 'Emergency group', type: 'thing', of: 'schedulegroups', isRef: true, only: (one) => one.isEmergency, hint: 'While it is active, no offer is made.' },
  ] },
  { name: 'startDate', label: 'Acts from', type: 'moment', hint: 'In the time of your browser. Empty: from now on.' },
  { name: 'endDate', label: 'Acts until', type: 'moment', hint: 'Later than the start. Empty: until further notice.' },
  { name: 'controlGroupPercent', label: 'Control group, in percent', type: 'number', min: 0, max: 50, initial: 0, hint: '0 to 50. These visits never get the offer, so that its effect can be measured.' },
  { name: 'offerTimeoutSeconds', label: 'The invitation goes away after, in seconds', type: 'number', min: 0, max: 3600, hint: '0 for never, or 5 to 3,600. Empty: as the deployment or the settings say.' },
  { name: 'ignoreFrequencyCap', label: 'Offer it however many offers there were', type: 'check' },
]
