import type { Handler } from '../../shared/types'

/** What carries out commands, by their names. */
export type Commands = Record<string, Handler>
