// How a session of version 3 is kept: a token is all of it. webchat-service, sections 2.2 and 6.3.

import { nowMs } from '../clock'
import { at, isObject, parsed, textOf } from '../json'
import { filtersIn, filtersText, type Keeping, PREFIX, type Store, write } from '../saved'
import { withToken } from './v3answers'

const OWN_PREFIX = `${PREFIX}pureengage-v3-rest.`
const NAMES = ['session', 'keys', 'index']
const FILTERS = `${PREFIX}filters`

/** Where the session lies; it says nothing of when it was last used, for the server alone knows how long that lasts. */
export const v3Keeping = (store: Store): Keeping => ({
  save({ sessionId, extra }, { nextIndex, filters }) {
    const values = [sessionId, extra?.['token'], nextIndex - 1]
    for (const [place, name] of NAMES.entries()) write(store, OWN_PREFIX + name, `${values[place]}`)
    write(store, FILTERS, filtersText(filters))
  },
  savedId: () => store.get(`${OWN_PREFIX}session`) ?? '',
  load() {
    const credentials = withToken(store.get(`${OWN_PREFIX}keys`) ?? '')
    const filters = filtersIn(store.get(FILTERS) ?? '')
    return credentials.sessionId ? { credentials, pingMs: nowMs(), filters } : undefined
  },
  forget() {
    for (const name of NAMES) store.remove(OWN_PREFIX + name)
    store.remove(FILTERS)
  },
  handed: ({ extra }, nextIndex) => ({
    messageIndex: nextIndex > 1 ? `${nextIndex - 1}` : '',
    token: extra?.['token'],
  }),
  /** The object as it was handed out, its JSON text, or the token by itself. */
  given(value) {
    const state = typeof value === 'string' ? (parsed(value) ?? value) : value
    const credentials = withToken(textOf(isObject(state) ? at(state, 'token') : state))
    return credentials.sessionId ? credentials : undefined
  },
})
