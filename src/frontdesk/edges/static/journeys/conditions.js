// How conditions are written: the matching language as fields of forms.

/** @typedef {import('./controls.js').Field} Field */

/** @type {[string, string][]} */
export const OPERATORS = [
  ['equal', 'is'], ['notEqual', 'is not'], ['containsAny', 'contains any of'], ['containsAll', 'contains all of'],
  ['notContainsAny', 'contains none of'], ['notContainsAll', 'does not contain all of'], ['startsWith', 'starts with'], ['endsWith', 'ends with'],
  ['glob', 'is like (* and ?)'], ['greaterThan', 'is greater than'], ['greaterThanOrEqual', 'is at least'], ['lessThan', 'is less than'],
  ['lessThanOrEqual', 'is at most'],
]
/** @type {[string, string][]} what may be compared, and its words */
const OF_EVENTS = [
  ['eventName', 'the name of the event'], ['page.url', 'the address of the page'], ['page.title', 'the title of the page'],
  ['page.domain', 'the domain of the page'], ['page.hostname', 'the host of the page'], ['page.pathname', 'the path of the page'],
  ['page.queryString', 'the query of the page'], ['page.fragment', 'the fragment of the page'], ['page.keywords', 'the keywords of the page'],
  ['page.lang', 'the language of the page'], ['page.breadcrumb', 'the breadcrumb of the page'], ['searchQuery', 'what was searched for'],
  ['authenticated', 'whether they are signed in'], ['attributes.', 'an attribute of the event: write its name after the dot'],
  ['contact.', 'what is known of the contact: write its name after the dot'],
]
/** @type {[string, string][]} what may be compared, and its words */
const OF_VISITS = [
  ['device.category', 'the kind of device'], ['device.type', 'the type of device'], ['device.isMobile', 'whether the device is mobile'],
  ['device.osFamily', 'the operating system'], ['browser.family', 'the browser'], ['browser.version', 'the version of the browser'],
  ['browser.lang', 'the language of the browser'], ['geolocation.country', 'the country'], ['geolocation.region', 'the region'],
  ['geolocation.locality', 'the town'], ['geolocation.postalCode', 'the postal code'], ['geolocation.timezone', 'the time zone'],
  ['mktCampaign.source', 'the source of the campaign'], ['mktCampaign.medium', 'the medium of the campaign'],
  ['mktCampaign.name', 'the name of the campaign'], ['mktCampaign.term', 'the term of the campaign'],
  ['mktCampaign.content', 'the content of the campaign'], ['referrer.url', 'the address of the referrer'],
  ['referrer.domain', 'the domain of the referrer'], ['referrer.hostname', 'the host of the referrer'],
  ['referrer.pathname', 'the path of the referrer'], ['referrer.medium', 'the medium of the referrer'],
  ['referrer.name', 'the name of the referrer'], ['session.pageviewCount', 'the number of pages in the visit'],
  ['session.eventCount', 'the number of events in the visit'], ['session.durationInSeconds', 'the length of the visit in seconds'],
  ['customer.visitCount', 'the number of visits'],
]
const KEYS_HINT = 'Such as page.pathname, device.category; attributes.NAME for one of your own.'
const VALUES_HINT = 'One on each line, at most 50 of 2,048 characters. Comparisons of numbers take one.'
const EVENT_HINT = 'Such as page_viewed. Letters, digits and underscores, at most 100; empty for any.'

/** @type {[string, string][]} */
const STREAMS = [['Web', 'Web'], ['App', 'App'], ['Custom', 'Custom'], ['Conversation', 'Conversation']]
/** @type {Field} */
const operator = { name: 'operator', label: 'Comparison', type: 'choice', options: OPERATORS, initial: 'equal' }
/** @type {Field} */
const values = { name: 'values', label: 'Values', type: 'lines', hint: VALUES_HINT, required: true }

/** @param {[string, string][]} suggest @returns {Field} */
const criteria = (suggest) => ({
  name: 'criteria', label: 'All of these hold', type: 'groups', item: 'criterion', initial: [{}], fields: [
    { name: 'key', label: 'What', type: 'text', required: true, suggest, hint: KEYS_HINT },
    operator, values,
    { name: 'shouldIgnoreCase', label: 'Capital letters do not matter', type: 'check', initial: true },
  ],
})

/** @type {Field[]} */
export const PATTERNS = [
  { name: 'context', label: 'Who they are', type: 'group', optional: true, hint: 'Conditions on the visit: each pattern has to hold.', fields: [
    { name: 'patterns', label: 'Patterns', type: 'groups', item: 'pattern', initial: [{}], fields: [criteria([...OF_VISITS, ...OF_EVENTS])] },
  ] },
  { name: 'journey', label: 'What they do', type: 'group', optional: true, hint: 'Each pattern is met by events, as often as it says.', fields: [
    { name: 'ordering', label: 'Order of the patterns', type: 'choice', options: [['ordered', 'one after the other, as listed'], ['any', 'in any order']], initial: 'ordered' },
    { name: 'patterns', label: 'Patterns', type: 'groups', item: 'pattern', initial: [{}], fields: [
      { name: 'eventName', label: 'Event', type: 'text', max: 100, hint: EVENT_HINT, suggest: [['page_viewed', 'saw a page'], ['search_performed', 'searched'], ['form_submitted', 'sent a form'], ['form_abandoned', 'left a form']] },
      { name: 'count', label: 'How many times', type: 'number', min: 1, max: 1000, initial: 1, required: true, hint: '1 to 1,000 events.' },
      criteria([...OF_EVENTS, ...OF_VISITS]),
      { name: 'streamType', label: 'Events of', type: 'choice', options: STREAMS, initial: 'Web' },
      { name: 'sessionType', label: 'Kind of session', type: 'text', initial: 'web' },
    ] },
  ] },
]

/** @type {Field[]} */
export const EVENT_CONDITION = [
  { name: 'eventName', label: 'Event', type: 'text', max: 100, hint: EVENT_HINT },
  { name: 'key', label: 'What', type: 'text', required: true, suggest: OF_EVENTS, hint: KEYS_HINT },
  operator, values,
  { name: 'streamType', label: 'Events of', type: 'choice', options: STREAMS, initial: 'Web' },
  { name: 'sessionType', label: 'Kind of session', type: 'text', initial: 'web' },
]

/** @type {Field[]} */
export const URL_CONDITION = [
  { name: 'operator', label: 'The address', type: 'choice', initial: 'containsAny', options: OPERATORS.filter(([name]) => !/Than/u.test(name)) },
  values,
]
