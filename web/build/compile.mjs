// Makes one file of a module and all that it uses, as small as it gets.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { minify } from 'terser'
import { build } from 'vite'
import { nameCache, properties } from './names.mjs'

export const WEB = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const ECMA = 2022
// Browsers that know `light-dark()`: style is not written for older ones, so nothing need be put in its place.
const CSS_TARGET = ['chrome123', 'firefox120', 'safari17.5']
const TERSER = {
  ecma: ECMA,
  module: true,
  // Unsafe for code that replaces what JavaScript brings along, or takes arrows for constructors: ours does neither.
  compress: { ecma: ECMA, passes: 3, unsafe: true, unsafe_arrows: true },
  mangle: { properties },
}

/**
 * The code of `input`, a file of `web/`: it imports no other. `format` is `es`, with the exports of `input`, or `iife`, a
 * classic script without any. `constants` are what its constants of widget/constants.d.ts stand for.
 */
export async function compile(input, format, constants = {}) {
  const { output } = await build({
    root: WEB,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    define: Object.fromEntries(
      Object.entries(constants).map(([name, value]) => [name, JSON.stringify(value)]),
    ),
    build: {
      write: false,
      target: `es${ECMA}`,
      cssTarget: CSS_TARGET,
      modulePreload: false,
      assetsInlineLimit: 0,
      rollupOptions: {
        input: join(WEB, input),
        preserveEntrySignatures: 'strict',
        output: { format, entryFileNames: '[name].js' },
      },
    },
  })
  const chunks = output.filter(({ type }) => type === 'chunk')
  if (chunks.length > 1) throw new Error(`${input} became ${chunks.map(({ fileName }) => fileName)}`)
  return smaller(chunks[0].code)
}

/** A module, said with fewer bytes. */
export const smaller = async (code) => (await minify(code, { ...TERSER, nameCache: nameCache() })).code

/** What files hold, as eight characters. */
export const contentHash = (texts) =>
  createHash('sha256').update(JSON.stringify(texts)).digest('base64url').slice(0, 8)

/** The version of Frontdesk. */
export const VERSION = /__version__ = "(.+)"/.exec(
  readFileSync(join(WEB, '../src/frontdesk/__init__.py'), 'utf-8'),
)[1]
