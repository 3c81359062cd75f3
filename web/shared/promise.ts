// What a command gives back: a promise in the old manner (done, fail, always) that `await` understands as well.

export type State = 'pending' | 'resolved' | 'rejected'
export type Callback = (...values: never[]) => unknown

/** What the caller of a command holds. `await` gives the first value, or throws the first reason. */
export interface Promised<T = unknown> extends PromiseLike<T> {
  done(...callbacks: Callback[]): Promised<T>
  fail(...callbacks: Callback[]): Promised<T>
  always(...callbacks: Callback[]): Promised<T>
  progress(...callbacks: Callback[]): Promised<T>
  then<A = T, B = never>(
    ok?: ((value: T) => A | PromiseLike<A>) | null,
    bad?: ((reason: unknown) => B | PromiseLike<B>) | null,
    told?: Callback | null,
  ): Promised<A | B>
  pipe: Promised<T>['then']
  catch<B = never>(bad?: ((reason: unknown) => B | PromiseLike<B>) | null): Promised<T | B>
  finally(callback?: (() => void) | null): Promised<T>
  promise(): Promised<T>
  state(): State
  isResolved(): boolean
  isRejected(): boolean
}

/** The other end: whoever carries out the command settles it here. Only the first settlement counts. */
export interface Deferred<T = unknown> {
  resolve(...values: unknown[]): void
  reject(...values: unknown[]): void
  notify(...values: unknown[]): void
  promise(): Promised<T>
}

/** Let the page hear of an error without stopping whoever is at work now. */
export function report(error: unknown): void {
  setTimeout(() => {
    throw error
  })
}

/**
 * A new promise and what settles it.
 *
 * Callbacks run in the order they were added, inside the settlement; later ones run at once. A rejection that
 * nobody handles is no error of the page.
 */
export function defer<T = unknown>(): Deferred<T> {
  let state: State = 'pending'
  let values: unknown[] = []
  let waiting: [when: string, callback: Callback][] = []

  const call = (callback: Callback) => {
    try {
      callback(...(values as never[]))
    } catch (error) {
      report(error)
    }
  }
  const add = (when: string) =>
    function add(...callbacks: Callback[]) {
      for (const callback of callbacks.flat().filter((it) => typeof it === 'function')) {
        if (state === 'pending') waiting.push([when, callback])
        else if (when.includes(state)) call(callback)
      }
      return promise
    }
  const settle = (next: State) =>
    function settle(...given: unknown[]) {
      if (state !== 'pending') return
      const due = waiting.filter(([when]) => when.includes(next))
      values = given
      if (next !== 'pending') {
        state = next
        waiting = []
      }
      for (const [, callback] of due) call(callback)
    }
  const then = (ok?: Callback | null, bad?: Callback | null, told?: Callback | null) => {
    const after = defer()
    const follow = (callback: Callback | null | undefined, otherwise: (...values: unknown[]) => void) =>
      function follow(...given: unknown[]) {
        if (typeof callback !== 'function') return otherwise(...given)
        try {
          const result = callback(...(given as never[])) as PromiseLike<unknown> | undefined
          if (typeof result?.then === 'function') result.then(after.resolve, after.reject)
          else after.resolve(result)
        } catch (error) {
          after.reject(error)
        }
      }
    promise
      .done(follow(ok, after.resolve))
      .fail(follow(bad, after.reject))
      .progress(told ?? after.notify)
    return after.promise()
  }
  const promise = {
    done: add('resolved'),
    fail: add('rejected'),
    always: add('resolved rejected'),
    progress: add('pending'),
    then,
    pipe: then,
    catch: (bad?: Callback) => then(null, bad),
    finally: (callback?: () => void) => promise.always(() => callback?.()),
    promise: () => promise,
    state: () => state,
    isResolved: () => state === 'resolved',
    isRejected: () => state === 'rejected',
  } as Promised<T>
  return {
    resolve: settle('resolved'),
    reject: settle('rejected'),
    notify: settle('pending'),
    promise: () => promise,
  }
}
