// What the widget may weigh on a page, in bytes after gzip.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const KB = 1000
// Before anybody wants to chat.
const LOADER_MAX = 3 * KB
// All that a visitor can load: loader, core, service, window and the largest language.
const ALL_MAX = 40 * KB
// jQuery and the Common library, which only code that sites wrote asks for; no other page fetches them.
const COMPATIBILITY_MAX = 34 * KB

const CHUNK = /^(?<name>.+)\.[\w-]{8}\.js$/
const LANGUAGE = /^[a-z]{2}(-[A-Za-z]+)?$/

/** The size of every script that the build made; throws when a budget is exceeded. */
export function check(folder) {
  const gzipped = (file) => gzipSync(readFileSync(join(folder, file)), { level: 9 }).length
  const sizes = { loader: gzipped('frontdesk.js'), compatibility: 0, chunks: {} }
  const languages = [0]
  let all = sizes.loader
  for (const file of readdirSync(folder)) {
    const name = CHUNK.exec(file)?.groups.name
    if (!name) continue
    const size = gzipped(file)
    sizes.chunks[name] = size
    if (name === 'compatibility') sizes.compatibility = size
    else if (LANGUAGE.test(name)) languages.push(size)
    else all += size
  }
  sizes.all = all + Math.max(...languages)
  demand('the loader', sizes.loader, LOADER_MAX)
  demand('everything a visitor can load', sizes.all, ALL_MAX)
  demand('what extensions of sites need', sizes.compatibility, COMPATIBILITY_MAX)
  return sizes
}

function demand(what, size, max) {
  const line = `${what}: ${size} of ${max} bytes after gzip`
  if (size > max) throw new Error(`Too heavy: ${line}`)
  console.log(line)
}
