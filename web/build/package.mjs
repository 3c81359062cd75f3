// Makes the npm package: `node build/package.mjs [OUT]`. Then `npm publish OUT`, or `npm install OUT` in a site.

import { execFileSync } from 'node:child_process'
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const WEB = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const OUT = resolve(process.argv[2] ?? join(WEB, '../build/npm'))
const FROM = join(WEB, 'package')
const RELATIVE = /(from '|import\('|import ')(\.[^']+)'/g

await build({
  root: WEB,
  configFile: false,
  logLevel: 'warn',
  publicDir: false,
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: ['es2022'],
    minify: false,
    lib: { entry: join(FROM, 'index.ts'), formats: ['es'], fileName: () => 'index.js' },
  },
})
const types = join(OUT, 'types')
execFileSync(
  join(WEB, 'node_modules/.bin/tsc'),
  ['-p', join(WEB, 'tsconfig.package.json'), '--outDir', types],
  {
    cwd: WEB,
    stdio: 'inherit',
  },
)
// As Node resolves modules, a name without an ending is none.
for (const name of readdirSync(types, { recursive: true }).filter((it) => it.endsWith('.d.ts'))) {
  const file = join(types, name)
  const text = readFileSync(file, 'utf-8').replaceAll('"', "'")
  writeFileSync(file, text.replace(RELATIVE, "$1$2.js'"))
}
const version = /__version__ = "(.+)"/.exec(
  readFileSync(join(WEB, '../src/frontdesk/__init__.py'), 'utf-8'),
)?.[1]
const facts = { ...JSON.parse(readFileSync(join(FROM, 'package.json'), 'utf-8')), version }
writeFileSync(join(OUT, 'package.json'), `${JSON.stringify(facts, null, 2)}\n`)
copyFileSync(join(FROM, 'README.md'), join(OUT, 'README.md'))
