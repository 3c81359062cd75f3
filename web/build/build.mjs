// Builds the widget: `node build/build.mjs [OUT]`. Fails when a budget is exceeded.
//
// Every file is complete in itself: none imports another, so each can be fetched again when it did not come.

import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { check } from './budget.mjs'
import { compile, VERSION, WEB, writeNamed } from './compile.mjs'
import { writeLanguages } from './languages.mjs'

const OUT = resolve(process.argv[2] ?? join(WEB, '../src/frontdesk/edges/built/widget'))

// What is fetched only when a page asks for it: the constant that has the name of its file, and its source.
const PARTS = {
  brand: ['BRAND_FILE', 'widget/themes/brand.ts'],
  site: ['SITE_FILE', 'widget/site/site.ts'],
  compatibility: ['COMPATIBILITY_FILE', 'widget/compatibility/compatibility.ts'],
  more: ['MORE_FILE', 'widget/service/more.ts'],
  webchatservice: ['SERVICE_FILE', 'widget/service/plugin.ts'],
  headless: ['HEADLESS_FILE', 'widget/lifecycle/headless.ts'],
}

/** Write the parts; the constants that lead to them, and to the languages. */
async function writeParts() {
  const { codes, hash } = writeLanguages(OUT)
  const constants = { LANGUAGES: codes, LANGUAGES_HASH: hash }
  for (const [name, [constant, input]] of Object.entries(PARTS))
    constants[constant] = writeNamed(OUT, name, await compile(input, 'es', constants))
  return constants
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
const parts = await writeParts()
const bundle = writeNamed(OUT, 'bundle', await compile('widget/bundle.ts', 'es', parts))
const lazy = writeNamed(OUT, 'lazy', await compile('widget/lazy.ts', 'es', parts))
await writeScript('frontdesk', { FILE: bundle })
await writeScript('cxbus', { FILE: lazy })
await writeScript('chat')
writeFileSync(join(OUT, 'chat.mjs'), await compile('widget/chatservice/chat.ts', 'es'))
writeKnownNames()
const sizes = check(OUT)
const scripts = readdirSync(OUT).filter((name) => name.endsWith('.js'))
const integrities = Object.fromEntries(scripts.map((name) => [name, integrity(name)]))
const facts = { version: VERSION, integrity: integrities['frontdesk.js'], integrities, sizes }
writeFileSync(join(OUT, 'build.json'), `${JSON.stringify(facts, null, 2)}\n`)
