// What a command says when it is not carried out: a text of ours, or the response of the server.

export class Rejection {
  readonly reasons: readonly unknown[]
  constructor(...reasons: unknown[]) {
    this.reasons = reasons
  }
}
