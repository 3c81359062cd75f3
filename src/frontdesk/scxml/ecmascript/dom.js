// XML data as scripts see it: as much of the DOM as reading needs. Read when there first is some.
(function (kit) {
  'use strict'
  class Node {
    get firstChild() {
      return this.childNodes[0] ?? null
    }
    get lastChild() {
      return this.childNodes[this.childNodes.length - 1] ?? null
    }
    get nextSibling() {
      return beside(this, 1)
    }
    get previousSibling() {
      return beside(this, -1)
    }
    get textContent() {
      return this.nodeType === 3 ? this.data : this.childNodes.map((child) => child.textContent).join('')
    }
    get nodeValue() {
      return this.nodeType === 3 ? this.data : null
    }
    hasChildNodes() {
      return this.childNodes.length > 0
    }
    getElementsByTagName(name) {
      const found = []
      for (const child of this.childNodes) {
        if (child.nodeType !== 1) continue
        if (name === '*' || child.tagName === name) found.push(child)
        found.push(...child.getElementsByTagName(name))
      }
      return found
    }
    toString() {
      return kit.xml(this)
    }
  }
  class Document extends Node {
    get documentElement() {
      return this.childNodes.find((child) => child.nodeType === 1) ?? null
    }
    getElementById(id) {
      return this.getElementsByTagName('*').find((element) => element.getAttribute('id') === id) ?? null
    }
  }
  class Element extends Node {
    get nodeName() {
      return this.tagName
    }
    get localName() {
      return this.tagName
    }
    get children() {
      return this.childNodes.filter((child) => child.nodeType === 1)
    }
    getAttribute(name) {
      return Object.hasOwn(this.attributes, name) ? this.attributes[name] : null
    }
    hasAttribute(name) {
      return Object.hasOwn(this.attributes, name)
    }
  }
  class Text extends Node {
    get nodeName() {
      return '#text'
    }
  }
  kit.isNode = (value) => value instanceof Node
  kit.shapes = { Document: Document.prototype, Element: Element.prototype, Text: Text.prototype }

  function beside(node, step) {
    const all = node.parentNode?.childNodes ?? []
    return all[all.indexOf(node) + step] ?? null
  }

  // written: a text, or [tag name, namespace, attributes, children].
  function node(written, parentNode) {
    if (typeof written === 'string')
      return Object.assign(new Text(), { nodeType: 3, data: written, parentNode, childNodes: [] })
    const [tagName, namespaceURI, attributes, children] = written
    const element = Object.assign(new Element(), { nodeType: 1, tagName, namespaceURI, attributes, parentNode })
    element.childNodes = children.map((child) => node(child, element))
    return element
  }
  kit.document = function (written) {
    const document = Object.assign(new Document(), { nodeType: 9, nodeName: '#document', parentNode: null })
    document.childNodes = [node(written, document)]
    return document
  }

  const escape = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
  kit.xml = function (node, inherited = '') {
    if (node.nodeType === 3) return escape(node.data)
    if (node.nodeType === 9) return node.childNodes.map((child) => kit.xml(child, inherited)).join('')
    const own = node.namespaceURI === inherited ? '' : ` xmlns="${escape(node.namespaceURI)}"`
    const named = Object.entries(node.attributes).map(([k, v]) => ` ${k}="${escape(v).replace(/"/g, '&quot;')}"`)
    const inside = node.childNodes.map((child) => kit.xml(child, node.namespaceURI)).join('')
    return `<${node.tagName}${own}${named.join('')}>${inside}</${node.tagName}>`
  }
  return kit.shapes
})
