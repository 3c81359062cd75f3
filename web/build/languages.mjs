// Makes the files of languages: a module for our own widget, a pack of JSON for pages that load one by its address.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { contentHash, WEB } from './compile.mjs'

const FOLDER = join(WEB, 'widget/languages')

/**
 * Write all languages into `out`: their codes, and the hash that all their files have in their names, so that whoever
 * fetches one needs to know no more.
 */
export function writeLanguages(out) {
  const texts = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .map((name) => [
      basename(name, '.json'),
      JSON.stringify(JSON.parse(readFileSync(join(FOLDER, name), 'utf-8'))),
    ])
  const hash = contentHash(...texts.flat())
  mkdirSync(join(out, 'i18n'))
  for (const [code, text] of texts) {
    writeFileSync(join(out, `${code}.${hash}.js`), `export default${text}`)
    writeFileSync(join(out, `i18n/widgets-${code}.i18n.json`), `{"${code}":${text}}`)
  }
  return { codes: texts.map(([code]) => code), hash }
}
