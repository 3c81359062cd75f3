// The data that goes along with a chat: what the page says, and what is known without asking.
// webchat-service, section 3.1, "startChat"; chat-api-v2, section 13.

import type { Json, StartRequest } from '../../shared/transport'
import { isObject, parsed, textOf } from './json'
import type { Known } from './protocol'
import { BAD_USER_DATA } from './refusals'
import { Rejection } from './rejection'

/** The data an option means: an object, or JSON text of one; nothing is `{}`. */
export function readUserData(given: unknown): Json {
  const value = typeof given === 'string' && given ? parsed(given) : (given ?? '')
  if (value === '') return {}
  if (isObject(value)) return value
  throw new Rejection(BAD_USER_DATA)
}

/** What version 2 asks for when a chat begins. */
export function startRequest(data: Json, known: Known): StartRequest {
  const text = (name: string) => textOf(data[name])
  return {
    nickname: text('nickname'),
    firstName: text('firstname'),
    lastName: text('lastname'),
    email: text('email'),
    subject: text('subject'),
    text: text('text'),
    userData: {
      GCTI_LanguageCode: known.language,
      ...known.configured,
      ...known.kept,
      ...known.given,
      ...known.page,
      ...(known.isAsync && { GCTI_Chat_AsyncMode: 'true' }),
    },
  }
}

// Of each list the first that fits: each of these browsers also says the names of those after it.
const BROWSERS = ['Edge:Edg', 'Opera:OPR', 'Firefox:Firefox|FxiOS', 'Chrome:Chrome|CriOS', 'Safari:Safari']
const SYSTEMS = ['Windows:Windows', 'Android:Android', 'iOS:iP(hone|ad|od)', 'Mac:Mac', 'Linux:Linux|X11']

const named = (names: string[]) =>
  names.map((it) => it.split(':')).find(([, words]) => navigator.userAgent.match(words as string))?.[0] ??
  'Other'

/** What is known of the page a visitor is on, under the names that servers know. */
export const pageData = (version: string): Json => ({
  _genesys_source: /Mobi|Android/.test(navigator.userAgent) ? 'mobile' : 'web',
  _genesys_referrer: document.referrer,
  _genesys_url: location.href,
  _genesys_pageTitle: document.title,
  _genesys_browser: named(BROWSERS),
  _genesys_OS: named(SYSTEMS),
  _genesys_widgets: version,
})
