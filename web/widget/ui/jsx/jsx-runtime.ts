// What the JSX of the window compiles to: a tree of elements, drawn into the document and drawn again when it has changed.

/** What is known of an element: attributes, `onClick` and the like, and three words of our own. */
export interface Props {
  readonly [name: string]: unknown
  readonly children?: Child
  /** Nodes that come from elsewhere, in place of children. */
  readonly content?: Node | undefined
  /** Called when the element has been drawn and is in the document. */
  readonly drawn?: ((node: never, isNew: boolean) => void) | undefined
  readonly onKeyDown?: ((event: KeyboardEvent) => void) | undefined
  readonly onPaste?: ((event: ClipboardEvent) => void) | undefined
  readonly onDragOver?: ((event: DragEvent) => void) | undefined
  readonly onDrop?: ((event: DragEvent) => void) | undefined
  readonly onSubmit?: ((event: SubmitEvent) => void) | undefined
  readonly onClick?: ((event: MouseEvent) => void) | undefined
}

/** An element to be, or a text when it has no tag. Drawing the very same again costs nothing. */
export interface Drawn {
  readonly tag: string
  readonly props: Props
  readonly key?: string | number | undefined
  /** What is in it, once it has been drawn. */
  drawn?: Children
  node?: Element | Text
}
type Children = readonly (Drawn | undefined)[]

export type Child = Drawn | string | number | boolean | null | undefined | readonly Child[]
type Component = (props: never) => Child

// As TypeScript wants it: what JSX is, and what is an element in it.
export declare namespace JSX {
  type Element = Child
  type ElementType = string | Component
  interface ElementChildrenAttribute {
    children: unknown
  }
  interface IntrinsicElements {
    [tag: string]: Props & { key?: string | number }
  }
  interface IntrinsicAttributes {
    key?: string | number
  }
}

export function jsx(tag: string | Component, props: Props, key?: string | number): Child {
  if (typeof tag === 'function') return tag(props as never)
  return { tag, props, key }
}
export { jsx as jsxs }

export const Fragment = ({ children }: { children?: Child }): Child => children

/** What is not to be seen keeps its place, by which its neighbours are known the next time. */
function flat(child: Child): Children {
  return ([child].flat(9) as Exclude<Child, readonly Child[]>[]).map((child) => {
    if (child === undefined || child === null || typeof child === 'boolean') return undefined
    return typeof child === 'object' ? child : { tag: '', props: { text: `${child}` } }
  })
}

/** A function that draws into `host`, and what it drew before again. */
export function createRoot(host: Element): (child: Child) => void {
  let before: Children = []
  return (child) => {
    const now = flat(child)
    const after: (() => void)[] = []
    fill(host, before, now, after)
    before = now
    for (const tell of after) tell()
  }
}

type After = (() => void)[]

/** By its key, or by its place. */
const named = (children: Children) =>
  children.flatMap((it, index) => (it ? [[`${it.tag} ${it.key ?? `at ${index}`}`, it] as const] : []))

function fill(parent: Element, before: Children, children: Children, after: After): void {
  const gone = new Map(named(before))
  const pairs = named(children).map(([name, child]) => {
    const was = gone.get(name)
    gone.delete(name)
    return [child, was] as const
  })
  for (const { node } of gone.values()) if (node?.parentNode === parent) node.remove()
  let next = parent.firstChild
  for (const [child, was] of pairs) {
    const node = draw(child, was, after)
    // Whoever stays where it is keeps its focus and its place in the scrolling.
    if (node === next) next = node.nextSibling
    else parent.insertBefore(node, next)
  }
}

function draw(now: Drawn, was: Drawn | undefined, after: After): Element | Text {
  const { tag, props } = now
  if (now.node && (now === was || !was)) return now.node
  if (!tag) {
    const node = (was?.node ?? document.createTextNode('')) as Text
    if (node.data !== props['text']) node.data = `${props['text']}`
    now.node = node
    return node
  }
  const node = (was?.node ?? document.createElement(tag)) as HTMLElement
  now.node = node
  for (const name of Object.keys({ ...was?.props, ...props })) set(node, name, props[name], was?.props[name])
  if (!('content' in props)) {
    now.drawn = flat(props.children)
    fill(node, was?.drawn ?? [], now.drawn, after)
  }
  if (props.drawn) after.push(() => props.drawn?.(node as never, !was))
  return node
}

function set(node: HTMLElement, name: string, value: unknown, before: unknown): void {
  const target = node as unknown as Record<string, unknown>
  if (name === 'value' && value !== undefined) {
    if (target[name] !== value) target[name] = value // What is in a field may be newer than what was drawn.
  } else if (value === before || name === 'children' || name === 'drawn') return
  else if (name === 'content') node.replaceChildren(...(value ? [value as Node] : []))
  else if (name === 'style') Object.assign(node.style, value)
  else if (name.startsWith('on')) target[name.toLowerCase()] = value
  else if (typeof value === 'boolean' && !name.includes('-')) target[name] = value
  else if (value === undefined) node.removeAttribute(name)
  else node.setAttribute(name, `${value}`)
}
