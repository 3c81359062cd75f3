// The files of languages.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { WEB } from './compile.mjs'

const FOLDER = join(WEB, 'widget/languages')

/** The words of each language, as JSON, by its code. */
export const readLanguages = () =>
  Object.fromEntries(
    readdirSync(FOLDER)
      .filter((name) => name.endsWith('.json'))
      .map((name) => [
        basename(name, '.json'),
        JSON.stringify(JSON.parse(readFileSync(join(FOLDER, name), 'utf-8'))),
      ]),
  )

/** Write packs into `out`, for pages that load one by its address. */
export function writePacks(out, languages) {
  mkdirSync(join(out, 'i18n'))
  for (const [code, words] of Object.entries(languages))
    writeFileSync(join(out, `i18n/widgets-${code}.i18n.json`), `{"${code}":${words}}`)
}
