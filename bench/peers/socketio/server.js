// One durable message from A to B as a good team would write it: INSERT, then emit to the room, then
// acknowledge. DATABASE_URL names the PostgreSQL database.
import { createServer } from 'node:http'
import pg from 'pg'
import { Server } from 'socket.io'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 20 })
await pool.query(`CREATE TABLE IF NOT EXISTS message (
  id bigserial PRIMARY KEY, chat text NOT NULL, text text NOT NULL, at timestamptz NOT NULL DEFAULT now())`)

const http = createServer()
const io = new Server(http)

io.on('connection', (socket) => {
  socket.on('join', (chat, done) => {
    socket.join(chat)
    done()
  })
  socket.on('message', async ({ chat, text }, done) => {
    const { rows } = await pool.query({
      name: 'add',
      text: 'INSERT INTO message (chat, text) VALUES ($1, $2) RETURNING id, at',
      values: [chat, text],
    })
    const message = { id: rows[0].id, chat, text, at: rows[0].at }
    io.to(chat).emit('message', message)
    done({ id: message.id })
  })
})

http.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${http.address().port}` }))
})
process.on('SIGTERM', () => process.exit(0))
