// How long a tracker lives on a page, and what ends with it: listeners, timers.

export interface Life {
  /** Aborted at the end. */
  readonly signal: AbortSignal
  /** Call `act`, once, after a while; what `clearTimeout` takes. */
  after(ms: number, act: () => void): number
  /** Listen without holding up the page. */
  on(target: EventTarget, names: string, act: (event: Event) => void, isCapture?: boolean): void
  end(): void
}

/** Call `act` when the browser has nothing better to do. */
export function whenIdle(act: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(act, { timeout: 1000 })
  else setTimeout(act)
}

export function createLife(failed: (error: unknown) => void): Life {
  const end = new AbortController()
  const { signal } = end
  /** The page shall never have to do with an error of ours. */
  const safely =
    <T>(act: (value: T) => void) =>
    (value: T) => {
      if (signal.aborted) return
      try {
        act(value)
      } catch (error) {
        failed(error)
      }
    }
  return {
    signal,
    after: (ms, act) => window.setTimeout(safely(act), ms),
    on(target, names, act, capture = false) {
      const options = { passive: true, capture, signal }
      for (const name of names.split(' ')) target.addEventListener(name, safely(act), options)
    },
    end: () => end.abort(),
  }
}
