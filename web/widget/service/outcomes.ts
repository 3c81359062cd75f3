// What came of a request, for whoever asked.

import type { Answer, Credentials, Json } from '../../shared/transport'
import { Rejection } from './rejection'

/** The credentials of the session that was started; nothing when none was. */
export const granted = ({ outcome, credentials }: Answer): Credentials | undefined =>
  outcome === 'done' && credentials?.sessionId ? credentials : undefined

/** Whether the server did it, or may do it later. */
export const isFine = ({ outcome }: Answer): boolean => outcome === 'done' || outcome === 'later'

/** The response of a request that is fine; a rejection with the response otherwise. */
export function settled(answer: Answer): Json {
  if (isFine(answer)) return answer.response
  throw new Rejection(answer.response)
}

/** Credentials as `getSessionData` tells them. Those that are a token alone have names of their own for all of it. */
export const publicOf = ({
  secureKey,
  sessionId,
  alias,
  userId,
  extra,
}: Credentials): Record<string, string> =>
  extra && 'token' in extra ? { ...extra } : { secureKey, sessionID: sessionId, alias, userId, ...extra }
