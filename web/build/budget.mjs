// What the widget may weigh on a page, in bytes after gzip.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const KB = 1000
// Before anybody wants to chat.
const LOADER_MAX = 3 * KB
// All that a visitor can load in one of the shapes below.
const ALL_MAX = 40 * KB
// jQuery and the Common library, which only code that sites wrote asks for; no other page fetches them.
const COMPATIBILITY_MAX = 34 * KB

const CHUNK = /^(?<name>.+)\.[\w-]{8}\.js$/
const LANGUAGE = /^[a-z]{2}(-[A-Za-z]+)?$/

/**
 * The size of everything that one visitor may load; throws when a budget is exceeded.
 *
 * A page has one of two shapes, and a visitor who loads the files of one loads none of the other's. One bundle: the
 * loader and the bundle. Lazy: the script of the bus and every chunk that may follow it, whatever the page asks for, also
 * those that no page would ask for together. Either way one language comes too, for which we count the largest.
 */
export function check(folder, bundle, lazy) {
  const gzipped = (file) => gzipSync(readFileSync(join(folder, file)), { level: 9 }).length
  const chunks = (files) =>
    Object.fromEntries(
      files
        .filter(({ type }) => type === 'chunk')
        .map(({ fileName }) => [CHUNK.exec(fileName).groups.name, gzipped(fileName)]),
    )
  const sizes = {
    loader: gzipped('frontdesk.js'),
    bundle: shape(gzipped('frontdesk.js'), chunks(bundle)),
    lazy: shape(gzipped('cxbus.js'), chunks(lazy)),
  }
  demand('the loader', sizes.loader, LOADER_MAX)
  for (const name of ['bundle', 'lazy']) {
    demand(`everything a visitor can load (${name})`, sizes[name].all, ALL_MAX)
    demand(`what extensions of sites need (${name})`, sizes[name].compatibility, COMPATIBILITY_MAX)
  }
  return sizes
}

/** The parts of a shape, and what they come to with one language and without what only extensions need. */
function shape(script, { compatibility, ...chunks }) {
  const parts = { script, language: 0 }
  for (const [name, size] of Object.entries(chunks)) {
    if (LANGUAGE.test(name)) parts.language = Math.max(parts.language, size)
    else parts[name] = size
  }
  const all = Object.values(parts).reduce((sum, size) => sum + size, 0)
  return { all, compatibility, parts }
}

function demand(what, size, max) {
  const line = `${what}: ${size} of ${max} bytes after gzip`
  if (size > max) throw new Error(`Too heavy: ${line}`)
  console.log(line)
}
