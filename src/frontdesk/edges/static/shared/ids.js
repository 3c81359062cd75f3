// Ids for writes: 128 random bits, so that a repeated write is known again and no two are alike.

/** @returns {string} 32 hexadecimal digits */
export function newId() {
  // `crypto.randomUUID` is missing on pages served without TLS; this is not.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
