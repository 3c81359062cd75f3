// What is published to a channel goes to its subscribers; nothing is kept.
import { createServer } from 'node:http'
import cometd from 'cometd-nodejs-server'

const http = createServer(cometd.createCometDServer({ timeout: 30000 }).handle)

http.keepAliveTimeout = 600_000 // Servers take turns: while others have theirs, connections stay.
http.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${http.address().port}` }))
})
process.on('SIGTERM', () => process.exit(0))
