/** Commands while no connection can be had: each is answered within two seconds, whatever it waits for in turn. */
import { setTimeout as delay } from 'node:timers/promises'
import { createLogger } from '@infinite-scribe/service-kit'
import type { Knex } from 'knex'
import { connectDatabase } from '../database/connect'
import { openTcpProxy, type TcpProxy } from '../database/tcp-proxy.test'
import { granted, openFixture, openSession, send, type Fixture } from '../service-fixture.test'
import type { Services } from '../services'

const COMMANDS = 40
const WITHIN_MS = 1_200

let fixture: Fixture
let proxy: TcpProxy
let knex: Knex
let services: Services
beforeAll(async () => {
  fixture = await openFixture()
  proxy = await openTcpProxy(fixture.url)
  knex = connectDatabase({ databaseUrl: proxy.url, databasePoolMax: 10 }, () => undefined)
  const notifier = { eventsWritten: () => undefined, taskProgressed: () => undefined }
  services = fixture.replica({ knex, logger: createLogger('test', 'error'), notifier })
})
afterEach(() => {
  proxy.blackHole = false
})
afterAll(async () => {
  await knex.destroy()
  await fixture.close()
  await proxy.close()
})

/** One after the other: this is not about a busy pool. */
async function sessions(): Promise<string[]> {
  const ids: string[] = []
  while (ids.length < COMMANDS) ids.push(await openSession(fixture.services))
  return ids
}

/** The time of the slowest answer, of commands that come one after the other once PostgreSQL is out of reach. */
async function slowestMs(ids: readonly string[]): Promise<number> {
  await knex.destroy()
  knex.initialize()
  proxy.blackHole = true
  const times: Promise<number>[] = []
  for (const id of ids) {
    const begunAt = performance.now()
    const refused = expect(send(services, id, 'SubmitFeedback')).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
    })
    times.push(refused.then(() => performance.now() - begunAt))
    await delay(WITHIN_MS / ids.length)
  }
  return Math.max(...(await Promise.all(times)))
}

// Some 1.5 s; the wait for a turn and the wait for a connection after it would be 2.8 s.
const MOST_MS = 2_000

it('on sessions that are not remembered', async () => {
  expect(await slowestMs(await sessions())).toBeLessThan(MOST_MS)
})

it('on remembered sessions', async () => {
  const ids = await sessions()
  for (const id of ids) granted(await send(services, id, 'SubmitFeedback'))
  expect(await slowestMs(ids)).toBeLessThan(MOST_MS)
})
