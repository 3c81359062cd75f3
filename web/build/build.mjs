// Builds the widget, and the tracker beside it: `node build/build.mjs [OUT]`. Fails when a budget is exceeded.
//
// Every file is complete in itself: none imports another, so each can be fetched again when it did not come.

import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, parse, resolve } from 'node:path'
import { check } from './budget.mjs'
import { compile, contentHash, smaller, VERSION, WEB } from './compile.mjs'
import { readLanguages, writePacks } from './languages.mjs'
import { buildTracker } from './tracker.mjs'

const OUT = resolve(process.argv[2] ?? join(WEB, '../src/frontdesk/edges/built/widget'))

// What `Desk.fetch` brings, by the name by which it is asked for. All have one hash in the names of their files, so that
// the loader is the only one that needs to know it.
const PARTS = {
  bundle: 'widget/bundle.ts',
  lazy: 'widget/lazy.ts',
  brand: 'widget/themes/brand.ts',
  site: 'widget/site/site.ts',
  compatibility: 'widget/compatibility/compatibility.ts',
  more: 'widget/service/more.ts',
  socket: 'widget/service/transports/socket.ts',
  webchatservice: 'widget/service/plugin.ts',
  webchat: 'widget/ui/plugin.ts',
  headless: 'widget/lifecycle/headless.ts',
  'transport-cometd': 'widget/service/transports/cometd.ts',
  'transport-v3': 'widget/service/transports/v3.ts',
}
// What few chats need of the window: each source here is such a file, too.
const WINDOW_PARTS = 'widget/ui/parts'
for (const file of readdirSync(join(WEB, WINDOW_PARTS)).filter((file) => /\.tsx?$/.test(file)))
  PARTS[`window-${parse(file).name}`] = join(WINDOW_PARTS, file)

/** Write the parts and the languages; the hash in the names of their files. */
async function writeParts() {
  const languages = readLanguages()
  const constants = { LANGUAGES: Object.keys(languages) }
  const texts = []
  for (const [lang, words] of Object.entries(languages))
    texts.push([lang, await smaller(`export default${words}`)])
  for (const [name, input] of Object.entries(PARTS)) texts.push([name, await compile(input, 'es', constants)])
  const hash = contentHash(texts)
  for (const [name, text] of texts) writeFileSync(join(OUT, `${name}.${hash}.js`), text)
  writePacks(OUT, languages)
  return hash
}

/** A classic script that pages know by its name. */
async function writeScript(name, constants = {}) {
  const code = await compile(`widget/loader/${name}.ts`, 'iife', { VERSION, ...constants })
  writeFileSync(join(OUT, `${name}.js`), code)
}

/** The names that pages already have in their scripts: bus, section 2.1. */
function writeKnownNames() {
  copyFileSync(join(OUT, 'frontdesk.js'), join(OUT, 'widgets.min.js'))
  copyFileSync(join(OUT, 'cxbus.js'), join(OUT, 'cxbus.min.js'))
  mkdirSync(join(OUT, 'plugins'))
  for (const plugin of ['widgets-core', 'webchat', 'webchatservice']) {
    const text = `frontdesk.load(${JSON.stringify(plugin)});\n`
    writeFileSync(join(OUT, `plugins/${plugin}.min.js`), text)
    writeFileSync(join(OUT, `${plugin}.min.js`), text)
  }
  writeFileSync(join(OUT, 'widgets.min.css'), '/* The widget brings its own style. */\n')
}

/** The hash that a page's script tag may demand. */
function integrity(file) {
  return `sha384-${createHash('sha384')
    .update(readFileSync(join(OUT, file)))
    .digest('base64')}`
}

rmSync(OUT, { recursive: true, force: true })
mkdirSync(OUT, { recursive: true })
const HASH = await writeParts()
await writeScript('frontdesk', { HASH })
await writeScript('cxbus', { HASH })
await writeScript('chat')
writeFileSync(join(OUT, 'chat.mjs'), await compile('widget/chatservice/chat.ts', 'es'))
writeKnownNames()
const sizes = check(OUT)
const scripts = readdirSync(OUT).filter((name) => name.endsWith('.js'))
const integrities = Object.fromEntries(scripts.map((name) => [name, integrity(name)]))
const facts = { version: VERSION, integrity: integrities['frontdesk.js'], integrities, sizes }
writeFileSync(join(OUT, 'build.json'), `${JSON.stringify(facts, null, 2)}\n`)
await buildTracker(join(OUT, '../tracker'))
