/** What a test of relays on real servers stands on: a database, a topic, and the relays it starts there. */
import { createTestDatabase, createTestTopic, type TestDatabase } from '@infinite-scribe/testing'
import { Pool } from 'pg'
import { relayEnvironment, startTestRelay } from './relay-fixture.test'
import type { RelayService } from './service'

export interface RelayFixture {
  readonly database: TestDatabase
  /** As the database's owner. */
  readonly pool: Pool
  readonly topic: string
  /** Starts a relay; it is stopped with the others. */
  readonly relay: (settings?: Record<string, string>) => Promise<RelayService>
  readonly stopRelays: () => Promise<void>
  /** Stops the relays and removes the database. */
  readonly close: () => Promise<void>
}

/** A fixture for one test. */
export async function openRelayFixture(partitions?: number): Promise<RelayFixture> {
  const [database, topic] = await Promise.all([createTestDatabase(), createTestTopic(partitions)])
  const pool = new Pool({ connectionString: database.url, max: 5 })
  const running: RelayService[] = []
  const stopRelays = async () => {
    await Promise.all(running.splice(0).map((relay) => relay.stop()))
  }
  return {
    database,
    pool,
    topic,
    relay: async (settings = {}) => {
      const relay = await startTestRelay(relayEnvironment(database.relayUrl, topic, settings))
      let stopped: Promise<void> | undefined
      const service = { ...relay, stop: () => (stopped ??= relay.stop()) }
      running.push(service)
      return service
    },
    stopRelays,
    close: async () => {
      await stopRelays()
      await pool.end()
      await database.drop()
    },
  }
}
