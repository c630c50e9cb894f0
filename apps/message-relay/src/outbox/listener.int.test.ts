/** The connection that hears the signals, where the server falls silent without a word. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createTestDatabase, eventually, type TestDatabase } from '@infinite-scribe/testing'
import { Listener } from './listener'

let database: TestDatabase
let proxy: Server
let silent: (sent: string) => boolean
const sockets: Socket[] = []

/** A way to PostgreSQL that forwards until `silent`; from then on nothing passes, and nothing is closed. */
async function listenThroughProxy(): Promise<string> {
  const url = new URL(database.relayUrl)
  const server = { host: url.hostname, port: Number(url.port), allowHalfOpen: true }
  proxy = createServer({ allowHalfOpen: true }, (from) => {
    const to = connect(server)
    sockets.push(from, to)
    from.on('data', (data) => !silent(data.toString('latin1')) && to.write(data))
    to.on('data', (data) => !silent('') && from.write(data))
    for (const socket of [from, to]) socket.on('error', () => undefined)
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  url.hostname = '127.0.0.1'
  url.port = String((proxy.address() as AddressInfo).port)
  return url.href
}

beforeEach(async () => {
  database = await createTestDatabase()
  silent = () => false
})

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await new Promise((resolve) => proxy.close(resolve))
  await database.drop()
})

it('is closed soon though the server answers nothing any more', async () => {
  let listening = false
  const listener = new Listener(
    { url: await listenThroughProxy(), applicationName: 'test', channels: ['a'] },
    { heard: () => undefined, listening: () => (listening = true), lost: () => undefined },
  )
  listener.open()
  await eventually(() => listening)
  silent = () => true
  const closed = listener.close().then(() => true)
  await eventually(() => Promise.race([closed, Promise.resolve(false)]), 3000)
})

it('gives a connection up whose LISTEN is not answered', async () => {
  let lost = 0
  let blackHole = false
  silent = (sent) => (blackHole ||= sent.includes('LISTEN'))
  const listener = new Listener(
    { url: await listenThroughProxy(), applicationName: 'test', channels: ['a'] },
    { heard: () => undefined, listening: () => undefined, lost: () => (lost += 1) },
  )
  listener.open()
  await eventually(() => lost > 0, 20_000)
  await listener.close()
  expect(blackHole).toBe(true)
})
