// Runs charts in SCION, giving it as many milliseconds to settle as the argument says. Reads one line of JSON, [{name, path, events: [{after, event}]}]; writes one, with the
// active states of each at first and after each event: {name: [[id, …], …]}, or {name: "why not"}.
const { readFileSync } = require('node:fs')

// A clock that only goes on when it is told to; SCION takes its timers from here.
const realSetTimeout = setTimeout
let now = 0
let number = 0
const timers = new Map()
global.setTimeout = (run, ms = 0, ...rest) => {
  number += 1
  timers.set(number, { due: now + ms, run: () => run(...rest) })
  return number
}
global.clearTimeout = (id) => timers.delete(id)
const scxml = require('@scion-scxml/scxml')

console.log = () => {}
const SETTLE_MS = Number(process.argv[2]) // SCION loads what it invokes in the background.

const settled = (isAlone) =>
  new Promise((resolve) => (isAlone ? setImmediate(() => setImmediate(resolve)) : realSetTimeout(resolve, SETTLE_MS)))

async function pass(ms, isAlone) {
  const until = now + ms
  for (;;) {
    await settled(isAlone)
    const [id, first] = [...timers].sort((a, b) => a[1].due - b[1].due || a[0] - b[0])[0] ?? []
    if (!first || first.due > until) break
    now = Math.max(now, first.due)
    timers.delete(id)
    first.run()
  }
  now = until
}

function prepared(path) {
  return new Promise((resolve, reject) => {
    scxml.pathToModel(path, (error, model) => {
      if (error) return reject(error)
      model.prepare((failed, ready) => (failed ? reject(failed) : resolve(ready)), {})
    })
  })
}

async function run({ path, events }) {
  timers.clear()
  const isAlone = !readFileSync(path, 'utf8').includes('<invoke')
  const session = new scxml.core.Statechart(await prepared(path))
  const found = []
  const look = () => found.push([...session.getConfiguration()].sort())
  session.start()
  await settled(isAlone)
  look()
  for (const { after, event } of events) {
    await pass(after ?? 0, isAlone)
    session.gen(event)
    await settled(isAlone)
    look()
  }
  return found
}

async function main() {
  const found = {}
  for (const chart of JSON.parse(readFileSync(0, 'utf8'))) {
    found[chart.name] = await Promise.race([
      run(chart).catch((error) => String(error?.message ?? error).split('\n')[0]),
      new Promise((resolve) => realSetTimeout(() => resolve('it never came back'), 5000 + 40 * SETTLE_MS)),
    ])
  }
  process.stdout.write(JSON.stringify(found), () => process.exit(0))
}
process.on('uncaughtException', () => {})
main()
