// Events a second of CPU time, in SCION and in XState, over the chart that scenarios/scxml.py measures. Takes the
// seconds to measure and the chart's file; writes {"SCION": …, "XState": …}.
'use strict'
const { assign, createActor, createMachine } = require('xstate')
const scxml = require('@scion-scxml/scxml')

const [seconds, file] = process.argv.slice(2)
const BATCH = 500

function rate(send) {
  const spent = () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  }
  const once = () => {
    const began = spent()
    let count = 0
    while (spent() - began < Number(seconds)) {
      for (let n = 0; n < BATCH; n++) send()
      count += BATCH
    }
    return count / (spent() - began)
  }
  once() // Until the engine has compiled what is hot.
  return once()
}

function xstate() {
  const to = (target) => ({
    on: { go: { target, guard: ({ context }) => context.x < 1e9, actions: assign({ x: ({ context }) => context.x + 1 }) } },
  })
  const machine = createMachine({
    initial: 'a',
    context: { x: 0 },
    states: { a: to('b'), b: to('c'), c: to('a') },
  })
  const actor = createActor(machine).start()
  return rate(() => actor.send({ type: 'go' }))
}

scxml.pathToModel(file, (error, model) => {
  if (error) throw error
  model.prepare((failed, ready) => {
    if (failed) throw failed
    const session = new scxml.core.Statechart(ready)
    session.start()
    console.log(JSON.stringify({ SCION: rate(() => session.gen({ name: 'go' })), XState: xstate() }))
  }, {})
})
