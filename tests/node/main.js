// A visitor in Node: options as the argument, commands as lines of JSON in, what happens as lines of JSON out.

import { createInterface } from 'node:readline'
import { adapt } from 'cometd-nodejs-client'

adapt()
const { Visitor } = await import('./visitor.js')
const modules = await import('cometd')
const write = (message) => process.stdout.write(`${JSON.stringify(message)}\n`)
const visitor = new Visitor(modules, JSON.parse(process.argv[2]), write)

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line)
  visitor.do(command).then((value) => write({ is: 'done', id: command.id, value }))
}
process.exit(0)
