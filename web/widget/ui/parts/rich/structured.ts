// Structured content of bots, where servers put it.

import type { Options } from '../../../../shared/types'
import type { Line } from '../../lines'

/** Structured content beside the words of a message. */
export interface Rich {
  readonly type: string
  readonly items: readonly Item[]
}

export interface Item {
  readonly id?: string
  readonly type?: string
  readonly title?: string
  readonly text?: string
  readonly desc?: string
  readonly image?: string
  readonly url?: string
  readonly actions?: { textback?: string; url?: string }
  readonly components?: readonly Item[]
}

/** The structured content of a message. */
export function richOf({ said, original }: Line): Rich | undefined {
  const at = (from: unknown, key: string) => (from as Options | undefined)?.[key]
  let found = at(at(at(original?.['eventAttributes'], 'structured-content'), 'genesys-chat'), 'content')
  try {
    if (typeof found === 'string') found = JSON.parse(found)
  } catch {
    return undefined // The words of the message say it as well.
  }
  const { contentType, content } = (found ?? said ?? {}) as { contentType?: string; content?: unknown }
  if (!contentType || !content) return undefined
  const items = (Array.isArray(content) ? content : [content]).filter((it) => it && typeof it === 'object')
  return { type: contentType, items }
}
