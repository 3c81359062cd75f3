// Text that reads like source, also of what is circular. Read when it is first needed.
(function (kit) {
  'use strict'
  const { stringify } = JSON
  function source(value, open = new Set()) {
    switch (typeof value) {
      case 'string':
        return stringify(value)
      case 'function':
        return String(value)
      case 'bigint':
        return `${kit.text(value)}n`
      case 'object':
        break
      default:
        return String(value)
    }
    if (value === null) return 'null'
    if (open.has(value) || open.size > 40) return '{\u2026}'
    if (value instanceof Date) return `(new Date(${value.getTime()}))`
    if (value instanceof RegExp) return String(value)
    if (value instanceof Error) return `(new ${value.name}(${stringify(value.message)}))`
    if (kit.isNode?.(value)) return kit.xml(value)
    open.add(value)
    const inside = Array.isArray(value)
      ? `[${value.map((item) => source(item, open)).join(', ')}]`
      : `{${Object.keys(value)
          .map((key) => `${/^[A-Za-z_$][\w$]*$/.test(key) ? key : stringify(key)}:${source(value[key], open)}`)
          .join(', ')}}`
    open.delete(value)
    return inside
  }

  // An object stands in brackets when it is for scripts, which copy values by evaluating their source.
  kit.uneval = function (value) {
    const text = source(value)
    return text.startsWith('{') || typeof value === 'function' ? `(${text})` : text
  }
  return (value) => source(value)
})
