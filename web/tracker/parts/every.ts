// A clock that ends with the tracker.

import type { Life } from '../life'

/** Call `act` again and again; what stops it is given. */
export function every(life: Life, ms: number, act: () => void): () => void {
  const timer = setInterval(act, ms)
  const stop = () => clearInterval(timer)
  life.signal.addEventListener('abort', stop)
  return stop
}
