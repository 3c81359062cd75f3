// A queue of tasks: first in, first out, each in a task of its own, so that one that throws stops no other.

/** Runs what it is given in a later task. */
export type Soon = (task: () => void) => void

/** A queue. Its tasks come by messages to itself: timers are slowed down in tabs that nobody looks at. */
export function createQueue(): Soon {
  const tasks: (() => void)[] = []
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => tasks.shift()?.()
  return (task) => {
    tasks.push(task)
    port2.postMessage(0)
  }
}
