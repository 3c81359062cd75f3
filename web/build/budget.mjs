// What the widget and the tracker may weigh on a page, in bytes after gzip.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const KB = 1000
// Before anybody wants to chat.
const LOADER_MAX = 3 * KB
// All that a chat needs in one of the shapes below.
const CHAT_MAX = 40 * KB
// What a page may ask for besides, each by an option or a command of its own. jQuery and the Common library are much the
// largest part of it; only code that sites wrote asks for them.
const ON_REQUEST_MAX = {
  compatibility: 34 * KB,
  site: 4 * KB,
  more: 5 * KB,
  brand: KB,
  window: 15 * KB,
  socket: 3 * KB,
  'transport-cometd': 4 * KB,
  'transport-v3': 4 * KB,
}

// The tracker of a site with page views and offers, and what a page may ask of it besides.
const TRACKER_MAX = { journey: 6 * KB, forms: 1.5 * KB, autotrack: 1.5 * KB, offers: 7 * KB }

// A page has one of these shapes, and a visitor who loads the files of one loads none of the other's, nor headless and a
// window on the same page. Either way one language comes too, for which we count the largest.
const SHAPES = {
  bundle: ['frontdesk', 'bundle', 'language'],
  lazy: ['cxbus', 'lazy', 'webchatservice', 'webchat', 'language'],
  headless: ['cxbus', 'lazy', 'webchatservice', 'headless', 'language'],
}

const FILE = /^(?<name>.+?)(\.[\w-]{8})?\.js$/
const LANGUAGE = /^[a-z]{2}(-[A-Za-z]+)?$/

/** Every script of a folder: its name without the hash, and its size. */
const sizesOf = (folder) =>
  readdirSync(folder)
    .filter((file) => FILE.test(file))
    .map((file) => [
      FILE.exec(file).groups.name,
      gzipSync(readFileSync(join(folder, file)), { level: 9 }).length,
    ])

/** Throws when a file of the tracker is too large. */
export function checkTracker(folder) {
  const files = Object.fromEntries(sizesOf(folder))
  for (const [name, max] of Object.entries(TRACKER_MAX)) demand(`the tracker, ${name}`, files[name], max)
  return files
}

/** The size of every script, and of all that a visitor loads for a chat; throws when a budget is exceeded. */
export function check(folder) {
  const files = { language: 0, window: 0 }
  for (const [name, size] of sizesOf(folder)) {
    if (LANGUAGE.test(name)) files.language = Math.max(files.language, size)
    else files[name] = size
    // The parts of the window are many and small: together they are one.
    if (name.startsWith('window-')) files.window += size
  }
  demand('the loader', files.frontdesk, LOADER_MAX)
  for (const [name, max] of Object.entries(ON_REQUEST_MAX)) demand(`on request, ${name}`, files[name], max)
  const all = {}
  for (const [shape, names] of Object.entries(SHAPES)) {
    all[shape] = names.reduce((sum, name) => sum + files[name], 0)
    demand(`all that a chat needs (${shape})`, all[shape], CHAT_MAX)
  }
  return { ...files, all }
}

function demand(what, size, max) {
  const line = `${what}: ${size} of ${max} bytes after gzip`
  if (!(size <= max)) throw new Error(`Too heavy: ${line}`)
  console.log(line)
}
