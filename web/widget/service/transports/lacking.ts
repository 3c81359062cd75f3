// What a transport answers to calls that its protocol does not have.

import type { Answer, Transport } from '../../../shared/transport'

/** Nothing was asked, and nobody answered: it is refused at once. */
const lacking = async (): Promise<Answer> => ({
  outcome: 'refused',
  status: 0,
  response: { status: 0, statusText: 'not supported', responseText: '', responseJSON: null },
  events: [],
  faults: [],
})

/** `names`, as calls that are refused. */
export const without = <K extends keyof Transport>(...names: K[]): Pick<Transport, K> =>
  Object.fromEntries(names.map((name) => [name, lacking])) as unknown as Pick<Transport, K>
