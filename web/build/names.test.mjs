import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { NAMES } from './names.mjs'

const ROOMS = ['shared', 'widget', 'tracker', 'package']

const sources = ROOMS.flatMap((room) =>
  readdirSync(room, { recursive: true, encoding: 'utf-8' })
    .filter((file) => /\.(tsx?|json)$/.test(file) && !/\.test\.ts$/.test(file))
    .map((file) => [join(room, file), readFileSync(join(room, file), 'utf-8')]),
)

/** What of a line is said as text, which the build leaves as it is; not what files are called. */
const said = (source) =>
  [...source.matchAll(/^(?!import |export .* from ).*$/gm)]
    .flatMap(([line]) =>
      [...line.matchAll(/'([^'\n]*)'|"([^"\n]*)"/g)].map((quoted) => quoted[1] ?? quoted[2] ?? ''),
    )
    .flatMap((text) => text.split(/[\s.]/))

describe('names that the build makes short', () => {
  it('are not said as text', () => {
    const found = sources.flatMap(([file, source]) =>
      said(source)
        .filter((word) => NAMES.includes(word))
        .map((word) => `${word} in ${file}`),
    )
    expect(found).toEqual([])
  })

  it('are exported by no file that is fetched', () => {
    const fetched = /^widget\/(ui\/parts\/[^/]+|service\/more|site\/site|service\/transports\/\w+)\.tsx?$/
    const exported = (source) => [
      ...[...source.matchAll(/^export (?:async )?(?:const|function) (\w+)/gm)].map(([, name]) => name),
      ...[...source.matchAll(/^export \{(.*?)\}/gms)].flatMap(
        ([, names]) => names.match(/\w+(?=\s*(,|$))/g) ?? [],
      ),
    ]
    const found = sources
      .filter(([file]) => fetched.test(file))
      .flatMap(([file, source]) => exported(source).map((name) => [name, file]))
      .filter(([name]) => NAMES.includes(name))
    expect(found).toEqual([])
  })

  it('are none that sites use', () => {
    const catalogue = sources.filter(([file]) => file.startsWith('package')).map(([, source]) => source)
    expect(NAMES.filter((name) => new RegExp(`\\b${name}\\b`).test(catalogue.join()))).toEqual([])
  })

  it('are names of something', () => {
    const all = sources.map(([, source]) => source).join()
    expect(NAMES.filter((name) => !all.includes(name))).toEqual([])
  })
})
