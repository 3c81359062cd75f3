// What a command says when it is not carried out: a text of ours, or the response of the server.

export class Rejection {
  readonly reasons: readonly unknown[]
  constructor(...reasons: unknown[]) {
    this.reasons = reasons
  }
}

/** Why a command was refused; nothing for an error that nobody meant. It may be of another file of ours. */
export const reasonsOf = (error: unknown): readonly unknown[] | undefined =>
  (error as Partial<Rejection> | undefined)?.reasons
