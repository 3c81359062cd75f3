// Small things of the document.

/** What a page may give for something to be seen: markup of its own, a node, or jQuery's list of nodes. */
export type Content = string | Node | ArrayLike<Node>

/** An element; `words` are set as text. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag)
  node.className = className
  node.append(...children)
  return node
}

/** A button that does something. */
export function button(className: string, label: string, act?: () => void): HTMLButtonElement {
  const node = element('button', className, label)
  node.type = 'button'
  if (act) node.onclick = act
  return node
}

/** What `content` stands for. Markup comes from the page itself, never from a visitor or an agent. */
export function nodeOf(content: unknown): HTMLElement | undefined {
  if (content instanceof HTMLElement) return content
  if (typeof content === 'string' && content.trim()) {
    const parsed = new DOMParser().parseFromString(content, 'text/html').body
    const only = parsed.children.length === 1 && parsed.childNodes.length === 1
    return (only ? parsed.firstElementChild : element('div', '', ...parsed.childNodes)) as HTMLElement
  }
  const first = (content as ArrayLike<unknown> | undefined)?.[0]
  return first instanceof HTMLElement ? first : undefined
}

/** An id nobody else has. */
export const guid = (): string =>
  crypto.randomUUID?.() ?? `${Date.now().toString(16)}-${Math.random().toString(16).slice(2)}`
