// What belongs to sites: outcomes, targets, templates, hours, deployments and the settings, as fields of forms.

/** @typedef {import('./controls.js').Field} Field */

/** @type {Field} */
export const NAME = { name: 'name', label: 'Name', type: 'text', max: 256, required: true, hint: 'At most 256 characters.' }
/** @type {Field} */
export const DESCRIPTION = { name: 'description', label: 'Description', type: 'long', max: 4096, hint: 'At most 4,096 characters.' }

/** @param {string} name @param {string} label @returns {Field} */
const schedules = (name, label) => ({ name, label, type: 'groups', item: 'schedule', fields: [
  { ...NAME },
  { name: 'week', label: 'Hours of the week', type: 'lines', hint: 'One on each line: mon-fri 09:00-17:00' },
  { name: 'days', label: 'Special days', type: 'lines', hint: 'One on each line: 2026-12-24 closed' },
] })

/** @type {Field[]} */
export const SCHEDULE_GROUP = [NAME, DESCRIPTION,
  { name: 'timeZone', label: 'Time zone', type: 'text', initial: 'UTC', hint: 'Such as Europe/Berlin.' },
  { name: 'isEmergency', label: 'An emergency group: while it is active, its maps offer nothing', type: 'check' },
  { name: 'isActive', label: 'The emergency is on', type: 'check', when: (own) => own?.isEmergency },
  schedules('openSchedules', 'Open'), schedules('closedSchedules', 'Closed'), schedules('holidaySchedules', 'Holidays'),
]

/** @type {Field[]} */
export const TARGET = [NAME, DESCRIPTION,
  { name: 'state', label: 'State', type: 'choice', initial: 'active', options: [['active', 'active'], ['inactive', 'inactive']] },
  { name: 'queueId', label: 'Queue', type: 'text', hint: 'The name of a queue in the settings of the server.' },
  { name: 'supportedMediaTypes', label: 'Takes', type: 'lines', initial: ['webchat'], hint: 'One on each line: webchat.' },
  { name: 'serviceLevel', label: 'How soon chats are to be answered', type: 'group', fields: [
    { name: 'percentage', label: 'Share of the chats', type: 'number', min: 0, max: 1, step: 'any', initial: 0.8, hint: '0 to 1.' },
    { name: 'durationMs', label: 'Within, in milliseconds', type: 'number', min: 0, initial: 20_000 },
  ] },
  { name: 'shortAbandonThreshold', label: 'Left too soon to count, in milliseconds', type: 'number', min: 0, initial: 5000 },
  { name: 'userData', label: 'What its chats carry', type: 'groups', item: 'entry', fields: [{ name: 'key', label: 'Name', type: 'text', required: true }, { name: 'value', label: 'Value', type: 'text', required: true }] },
]

/** @type {Field[]} */
export const TEMPLATE = [NAME, DESCRIPTION,
  { name: 'mediaType', label: 'For', type: 'choice', initial: 'contentOffer', options: [['contentOffer', 'content'], ['webchat', 'chats']] },
  { name: 'state', label: 'State', type: 'choice', initial: 'Active', options: [['Active', 'active'], ['Inactive', 'inactive']] },
  { name: 'contentOffer', label: 'Content', type: 'group', when: (own) => own?.mediaType === 'contentOffer', fields: [
    { name: 'displayMode', label: 'Shown', type: 'choice', initial: 'Toast', options: [['Toast', 'in a corner'], ['Overlay', 'over the page'], ['Modal', 'before everything else']] },
    { name: 'layoutMode', label: 'Layout', type: 'choice', initial: 'TextOnly', options: [['TextOnly', 'text alone'], ['ImageOnly', 'image alone'], ['LeftText', 'text beside the image, first'], ['RightText', 'text beside the image, last'], ['TopText', 'text above the image'], ['BottomText', 'text below the image']] },
    { name: 'title', label: 'Title', type: 'text' }, { name: 'headline', label: 'Headline', type: 'text' }, { name: 'body', label: 'Text', type: 'long' },
    { name: 'imageUrl', label: 'Image', type: 'text', hint: 'Its address.' }, { name: 'imageAltText', label: 'The image in words', type: 'text', hint: 'For those who do not see it.' },
    { name: 'callToAction', label: 'A button', type: 'group', optional: true, fields: [
      { name: 'text', label: 'What it says', type: 'text' }, { name: 'url', label: 'Where it leads', type: 'text', max: 2048, required: true, hint: 'Begins with https://, http:// or /.' },
      { name: 'target', label: 'Opens', type: 'choice', initial: 'Self', options: [['Self', 'in the same window'], ['Blank', 'in a new window']] },
    ] },
  ] },
]

/** @type {Field} */
const event = { name: 'eventName', label: 'Event', type: 'text', required: true, max: 100, hint: 'Letters, digits and underscores.' }
/** @type {Field} */
const selector = { name: 'selector', label: 'CSS selector', type: 'text', required: true }

/** @type {Field[]} */
const TRACKING = [
  { name: 'enabled', label: 'Follow visitors of this site', type: 'check', initial: true },
  { name: 'pageviewConfig', label: 'Page views', type: 'choice', initial: 'Auto', options: [['Auto', 'by itself'], ['Once', 'once for each load'], ['Off', 'only as the page says']] },
  { name: 'searchQueryParameters', label: 'Parameters of searches', type: 'lines', hint: 'One on each line, such as q.' },
  { name: 'excludedQueryParameters', label: 'Parameters that are left out', type: 'lines', hint: 'One on each line. Name what could say who somebody is.' },
  { name: 'keepOnlyQueryParameters', label: 'Keep these parameters alone', type: 'lines', hint: 'One on each line; empty for all.' },
  { name: 'shouldKeepUrlFragment', label: 'Keep what is after # in addresses', type: 'check' },
  { name: 'clickEvents', label: 'Clicks', type: 'groups', item: 'click', fields: [selector, event] },
  { name: 'inViewportEvents', label: 'Things that come into view', type: 'groups', item: 'thing in view', fields: [selector, event] },
  { name: 'scrollDepthEvents', label: 'How far they scroll', type: 'groups', item: 'depth', fields: [{ name: 'percentage', label: 'Percent', type: 'number', min: 1, max: 100, required: true, hint: '1 to 100.' }, event] },
  { name: 'idleEvents', label: 'When nothing happens', type: 'groups', item: 'pause', fields: [{ name: 'idleAfterSeconds', label: 'Seconds', type: 'number', min: 5, initial: 60, hint: '5 at least.' }, event] },
  { name: 'formsTrackEvents', label: 'Forms', type: 'groups', item: 'form', fields: [selector, { name: 'formName', label: 'Name', type: 'text', required: true },
    { name: 'captureDataOnFormSubmit', label: 'Keep what was written when it is sent', type: 'check' }, { name: 'captureDataOnFormAbandon', label: 'Keep what was written when it is left', type: 'check' }] },
  { name: 'ipFilters', label: 'Not followed from these networks', type: 'groups', item: 'network', fields: [{ name: 'ipAddress', label: 'Address', type: 'text', required: true, hint: 'Such as 192.0.2.0/24.' }, { name: 'name', label: 'Name', type: 'text' }] },
]

/** @type {Field[]} */
export const DEPLOYMENT = [NAME,
  { name: 'allowedOrigins', label: 'Sites', type: 'lines', hint: 'One on each line, such as https://shop.example; * for any.' },
  { name: 'service', label: 'Chat service', type: 'text', hint: 'The service of the settings that its chats are of.' },
  { name: 'offerTimeoutSeconds', label: 'Invitations go away after, in seconds', type: 'number', min: 0, max: 3600, hint: '0 for never, or 5 to 3,600. Empty: as the settings say.' },
  { name: 'trustClientChatStates', label: 'Believe the browser what became of chats (for chats of another system)', type: 'check' },
  { name: 'attributionOffered', label: 'Count outcomes after every offer, not only after those taken up', type: 'check' },
  { name: 'tracking', label: 'What is followed', type: 'group', fields: TRACKING },
]

/** @param {string} name @param {string} label @returns {Field} */
const cap = (name, label) => ({ name, label, type: 'group', fields: [
  { name: 'capOnceFinalized', label: 'No more after one came to its good end', type: 'check', initial: true },
  { name: 'capOnceRejected', label: 'No more after one was declined', type: 'check', initial: true },
  { name: 'capForPeriod', label: 'At least between two', type: 'text', initial: '00:00', hint: 'Hours and minutes, HH:MM up to 23:59.' },
] })
/** @param {string} name @param {string} label @param {number} otherwise @returns {Field} */
const days = (name, label, otherwise) => ({ name, label, type: 'number', min: 1, hint: `Days, 1 at least; empty is ${otherwise}.` })

/** @type {Field[]} */
export const SETTINGS = [
  { name: 'sessionTimeoutMinutes', label: 'A visit is over after so many minutes without anything', type: 'number', min: 1, max: 1440, hint: '1 to 1,440.' },
  { name: 'offerTimeoutSeconds', label: 'Invitations go away after, in seconds', type: 'number', min: 0, max: 3600, hint: '0 for never, or 5 to 3,600.' },
  { name: 'timeZone', label: 'Time zone of reports', type: 'text', hint: 'Such as Europe/Berlin.' },
  { name: 'maxOffersPerCustomer', label: 'Offers for one browser', type: 'group', fields: [
    { name: 'count', label: 'At most', type: 'number', min: 0, max: 50, hint: '0 to 50; 0 is any number.' }, { name: 'days', label: 'In so many days', type: 'number', min: 1 }] },
  { name: 'frequencyCaps', label: 'Offers within a visit', type: 'group', fields: [cap('webchat', 'Chats'), cap('contentOffer', 'Content')] },
  { name: 'privacy', label: 'Privacy', type: 'group', fields: [
    { name: 'consentMode', label: 'Visitors are followed', type: 'choice', initial: 'required', options: [['required', 'once they have agreed'], ['implied', 'until they object']] },
    { name: 'honorSignals', label: 'Heed Do Not Track and Global Privacy Control', type: 'check', initial: true },
    { name: 'grantOverridesGpc', label: 'An agreement counts more than Global Privacy Control', type: 'check' },
    { name: 'eraseOnWithdraw', label: 'Who withdraws is erased', type: 'check', initial: true },
    { name: 'storeIp', label: 'IP addresses', type: 'choice', initial: 'truncated', options: [['truncated', 'are shortened'], ['none', 'are not kept']] },
    { name: 'exemptTraits', label: 'Traits that may hold what looks personal', type: 'lines', hint: 'One on each line.' },
    { name: 'retentionDays', label: 'What is forgotten after', type: 'group', fields: [days('webEvents', 'Web events', 90), days('sessions', 'Visits', 395), days('actionEvents', 'Offers and what became of them', 395), days('customers', 'Browsers', 395), days('unlinkedTraits', 'Traits of those nobody knows', 60)] },
  ] },
]
