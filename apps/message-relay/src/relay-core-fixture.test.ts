/** A relay over a real outbox whose publisher is the test's own, so that a test can hold a publish or break it. */
import { randomUUID } from 'node:crypto'
import { Database } from './outbox/database'
import { PostgresLaneLeases } from './outbox/lane-leases'
import { postgresOutbox } from './outbox/postgres-outbox'
import type { Publisher } from './pipeline/ports'
import { Signal } from './pipeline/signal'
import type { KafkaMessage } from './policy/kafka-message'
import { Relay } from './relay'
import { SILENT, type RelayEvents } from './relay-events'
import type { RelaySettings } from './relay-parts'
import { systemClock } from './system-clock'

export interface CoreRelay {
  readonly relay: Relay
  readonly running: Promise<void>
  readonly wakeUp: Signal
  /** Stops the relay where it runs, and disconnects. */
  end(): Promise<void>
}

/** Starts a relay whose records go to `take`. */
export function startCoreRelay(
  databaseUrl: string,
  take: (records: readonly KafkaMessage[]) => Promise<void>,
  more: { settings?: Partial<RelaySettings>; events?: Partial<RelayEvents> } = {},
): CoreRelay {
  const database = new Database(
    { url: databaseUrl, applicationName: 'test', connections: 4, queryTimeoutMs: 10_000 },
    () => undefined,
  )
  const settings: RelaySettings = {
    pollIntervalMs: 300,
    batchRows: 100,
    batchBytes: 8_000_000,
    leaseMs: 10_000,
    renewEveryMs: 100,
    publishTimeoutMs: 4000,
    shutdownTimeoutMs: 5000,
    failedKeyPolicy: 'skip',
    cloudEvents: false,
    sentRetentionMs: 0,
    ...more.settings,
  }
  let offset = 0
  const publisher: Publisher = {
    probe: () => Promise.resolve(undefined),
    publish: async (records) => {
      if (records.length > 0) await take(records)
      return records.map(() => ({ kind: 'sent', partition: 0, offset: String(offset++) }))
    },
  }
  const wakeUp = new Signal()
  const relay = new Relay(
    {
      outbox: postgresOutbox(database),
      deadLetters: {
        publish: (letters) => Promise.resolve({ got: letters, refused: [], problem: undefined }),
      },
      leases: new PostgresLaneLeases(database, { id: randomUUID(), name: 'test' }, settings.leaseMs),
      publisher,
      clock: systemClock,
      wakeUp,
      lanesWakeUp: new Signal(),
      upkeepWakeUp: new Signal(),
      events: { ...SILENT, ...more.events },
    },
    settings,
  )
  const running = relay.run()
  running.catch(() => undefined)
  return {
    relay,
    running,
    wakeUp,
    end: async () => {
      relay.stop()
      await running.catch(() => undefined)
      await database.end()
    },
  }
}

/** Two keys for each of the lanes, in the lanes' order. */
export function twoKeysOfEachLane(laneOf: ReadonlyMap<string, number>): [string, string][] {
  const keys = new Map<number, string[]>()
  for (const [key, lane] of laneOf) keys.set(lane, [...(keys.get(lane) ?? []), key])
  return [...keys.entries()].sort(([a], [b]) => a - b).map(([, [first, second]]) => [first!, second!])
}
