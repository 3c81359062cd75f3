// Builds the tracker: one classic script that pages know by its name, and the parts that it fetches.

import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkTracker } from './budget.mjs'
import { compile, contentHash, VERSION } from './compile.mjs'

// By the name by which `bring` asks for it.
const PARTS = ['autotrack', 'forms', 'offers']
const SCRIPT = 'journey.js'

/** Write everything into the folder `out`. */
export async function buildTracker(out) {
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  const texts = []
  for (const name of PARTS) texts.push([name, await compile(`tracker/parts/${name}.ts`, 'es')])
  const HASH = contentHash(texts)
  for (const [name, text] of texts) writeFileSync(join(out, `${name}.${HASH}.js`), text)
  writeFileSync(join(out, SCRIPT), await compile('tracker/journey.ts', 'iife', { VERSION, HASH }))
  const sizes = checkTracker(out)
  const script = readFileSync(join(out, SCRIPT))
  const integrity = `sha384-${createHash('sha384').update(script).digest('base64')}`
  writeFileSync(
    join(out, 'build.json'),
    `${JSON.stringify({ version: VERSION, integrity, sizes }, null, 2)}\n`,
  )
}
