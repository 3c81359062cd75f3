// JSON in the browser's storage; a full or forbidden storage is as good as none.

/**
 * @param {Storage} storage
 * @param {string} name
 * @param {any} otherwise
 */
export function read(storage, name, otherwise) {
  try {
    return JSON.parse(storage.getItem(name) ?? 'null') ?? otherwise
  } catch {
    return otherwise
  }
}

/**
 * @param {Storage} storage
 * @param {string} name
 * @param {any} value `undefined` forgets it
 */
export function keep(storage, name, value) {
  try {
    if (value === undefined) storage.removeItem(name)
    else storage.setItem(name, JSON.stringify(value))
  } catch {
    // Private windows may forbid it: the page works on, it only forgets at a reload.
  }
}
