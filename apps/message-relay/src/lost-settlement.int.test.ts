/** PostgreSQL settles and its answer never comes: the lanes do not stand still for longer than a lease. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { createTestDatabase, createTestTopic, eventually } from '@infinite-scribe/testing'
import { Pool } from 'pg'
import {
  countByStatus,
  envelope,
  insertRows,
  relayEnvironment,
  startTestRelay,
  wakeRelays,
} from './relay-fixture.test'

const LEASE_SECONDS = 2

/** A way to PostgreSQL on which nothing more is heard of the connection that settles first. */
async function openDeafWay(databaseUrl: string) {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  const way = { url: '', lost: 0, close: () => sockets.forEach((socket) => socket.destroy()) }
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    let deaf = false
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
    }
    client.on('data', (bytes) => {
      if (way.lost === 0 && bytes.includes('relay-settle-sent')) {
        deaf = true
        way.lost++
      }
      upstream.write(bytes)
    })
    upstream.on('data', (bytes) => {
      if (!deaf) client.write(bytes)
    })
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  server.listen(0, '127.0.0.1')
  server.unref()
  await once(server, 'listening')
  const url = new URL(databaseUrl)
  url.port = String((server.address() as AddressInfo).port)
  way.url = url.href
  return way
}

it('goes on with the keys of a settlement whose answer is lost without a word, within some leases', async () => {
  const [database, topic] = await Promise.all([createTestDatabase(), createTestTopic()])
  const pool = new Pool({ connectionString: database.url, max: 2 })
  const way = await openDeafWay(database.url)
  const service = await startTestRelay(
    relayEnvironment(way.url, topic, {
      RELAY_LEASE: String(LEASE_SECONDS),
      RELAY_PUBLISH_TIMEOUT: '1',
      RELAY_POLL_INTERVAL: '0.2',
    }),
  )
  try {
    await insertRows(pool, [{ topic, key: 'k', payload: envelope() }])
    await wakeRelays(pool)
    await eventually(() => way.lost === 1)
    for (let n = 0; n < 5; n += 1) {
      await insertRows(pool, [{ topic, key: 'k', payload: envelope({ n }) }])
      await wakeRelays(pool)
    }
    await eventually(async () => (await countByStatus(pool)).SENT === 6, 45_000)
  } finally {
    await service.stop()
    way.close()
    await pool.end()
    await database.drop()
  }
})
