// The time of day and alarms, as the browser has them.

/** Forgets an alarm; harmless when it rang already. */
export type Cancel = () => void

export const nowMs = (): number => Date.now()

/** Call `what` once, `delayMs` from now. */
export function callLater(delayMs: number, what: () => void): Cancel {
  const alarm = setTimeout(what, delayMs)
  return () => clearTimeout(alarm)
}
