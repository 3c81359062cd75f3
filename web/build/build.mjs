// Builds the widget: `node build/build.mjs [OUT]`. Fails when a budget is exceeded.

import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { check } from './budget.mjs'

const WEB = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const OUT = resolve(process.argv[2] ?? join(WEB, '../src/frontdesk/edges/built/widget'))
const VERSION = /__version__ = "(.+)"/.exec(
  readFileSync(join(WEB, '../src/frontdesk/__init__.py'), 'utf-8'),
)?.[1]
const COMMON = { root: WEB, configFile: false, logLevel: 'warn', publicDir: false }
const TARGET = ['es2022']

/** `widget/<name>.ts` and what it fetches, in files named after their content; the chunks that were made. */
async function buildChunks(name) {
  const { output } = await build({
    ...COMMON,
    build: {
      outDir: OUT,
      emptyOutDir: false,
      target: TARGET,
      modulePreload: false,
      assetsInlineLimit: 0,
      rollupOptions: {
        input: { [name]: join(WEB, `widget/${name}.ts`) },
        // What is fetched later may use what came with the entry.
        preserveEntrySignatures: 'allow-extension',
        output: { format: 'es', entryFileNames: '[name].[hash].js', chunkFileNames: '[name].[hash].js' },
      },
    },
    base: './',
  })
  return output
}

/** A classic script without imports, that knows where the rest is. */
async function buildLoader(name, chunks = []) {
  await build({
    ...COMMON,
    define: {
      FILE: JSON.stringify(chunks.find((chunk) => chunk.isEntry)?.fileName ?? ''),
      VERSION: JSON.stringify(VERSION),
    },
    build: {
      outDir: OUT,
      emptyOutDir: false,
      target: TARGET,
      rollupOptions: {
        input: join(WEB, `widget/loader/${name}.ts`),
        output: { format: 'iife', entryFileNames: `${name}.js` },
      },
    },
  })
}

/** The Chat Service API as a module that needs no other file. */
async function buildModule(name, input) {
  await build({
    ...COMMON,
    build: {
      outDir: OUT,
      emptyOutDir: false,
      target: TARGET,
      lib: { entry: join(WEB, input), formats: ['es'], fileName: () => `${name}.mjs` },
    },
  })
}

/** The names that pages already have in their scripts: bus, section 2.1. */
function writeKnownNames() {
  copyFileSync(join(OUT, 'frontdesk.js'), join(OUT, 'widgets.min.js'))
  copyFileSync(join(OUT, 'cxbus.js'), join(OUT, 'cxbus.min.js'))
  mkdirSync(join(OUT, 'plugins'))
  mkdirSync(join(OUT, 'i18n'))
  for (const plugin of ['widgets-core', 'webchat', 'webchatservice']) {
    const text = `frontdesk.load(${JSON.stringify(plugin)});\n`
    writeFileSync(join(OUT, `plugins/${plugin}.min.js`), text)
    writeFileSync(join(OUT, `${plugin}.min.js`), text)
  }
  writeFileSync(join(OUT, 'widgets.min.css'), '/* The widget brings its own style. */\n')
  const languages = join(WEB, 'widget/languages')
  for (const file of readdirSync(languages).filter((name) => name.endsWith('.json'))) {
    const lang = basename(file, '.json')
    const pack = { [lang]: JSON.parse(readFileSync(join(languages, file), 'utf-8')) }
    writeFileSync(join(OUT, `i18n/widgets-${lang}.i18n.json`), JSON.stringify(pack))
  }
}

/** The hash that a page's script tag may demand. */
function integrity(file) {
  return `sha384-${createHash('sha384')
    .update(readFileSync(join(OUT, file)))
    .digest('base64')}`
}

rmSync(OUT, { recursive: true, force: true })
const bundle = await buildChunks('bundle')
const lazy = await buildChunks('lazy')
await buildLoader('frontdesk', bundle)
await buildLoader('cxbus', lazy)
await buildLoader('chat')
await buildModule('chat', 'widget/chatservice/chat.ts')
writeKnownNames()
const sizes = check(OUT, bundle, lazy)
const scripts = readdirSync(OUT).filter((name) => name.endsWith('.js'))
const integrities = Object.fromEntries(scripts.map((name) => [name, integrity(name)]))
const facts = { version: VERSION, integrity: integrities['frontdesk.js'], integrities, sizes }
writeFileSync(join(OUT, 'build.json'), `${JSON.stringify(facts, null, 2)}\n`)
