/** Torments PostgreSQL by its own means: other writers that clash with every command, and locks that keep all waiting. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Ground, Strike } from './ground'
import { gatewayOf, landed } from './ground'
import { crowd, openSessions } from './crowd'
import { withClient } from '../system/database'
import { POOL } from '../system/system'

const STRANGERS = 3
const SESSIONS = 30
/** So many for each connection of the pool. */
const CROWD = 5

/** Strangers write to the sessions' rows without pause: commands fail with 40001 and are tried again. */
export const serializationStorm: Strike = async (fault, ground) => {
  const sessions = await openSessions(ground, SESSIONS)
  const ids = sessions.map(({ id }) => id)
  const before = clashes(ground)
  const until = performance.now() + fault.lastsMs
  const stranger = () =>
    withClient(ground.system.databaseUrl, async (client) => {
      // One row a statement: strangers must clash with commands and not with each other.
      for (let turn = 0; performance.now() < until; turn++) {
        await client.query('UPDATE genesis_sessions SET updated_at = clock_timestamp() WHERE id = $1', [
          ids[turn % ids.length],
        ])
      }
    })
  const crowds = async () => {
    while (performance.now() < until) await crowd(ground, gatewayOf(fault, ground), sessions.slice(0, 10))
  }
  await Promise.all([crowds(), ...Array.from({ length: STRANGERS }, stranger)])
  const seen = clashes(ground) - before
  ground.note(`${seen} statements of gateways were answered 40001 or 40P01`)
  return landed(seen > 0)
}

/** A stranger locks the table that every command writes to: each connection of a pool waits, and then nobody gets one. */
export const exhaustedPool: Strike = async (fault, ground) => {
  const sessions = await openSessions(ground, POOL * CROWD)
  const since = Date.now()
  await withClient(ground.system.databaseUrl, async (client) => {
    await client.query('BEGIN')
    await client.query('LOCK TABLE genesis_sessions IN EXCLUSIVE MODE')
    const waiting = crowd(ground, gatewayOf(fault, ground), sessions)
    await delay(fault.lastsMs)
    await client.query('ROLLBACK')
    await waiting
  })
  const refused = ground.ledger.answers.filter(
    ({ sentAt, errorCode }) => sentAt >= since && errorCode === 'SERVICE_UNAVAILABLE',
  ).length
  ground.note(`${refused} requests were answered SERVICE_UNAVAILABLE`)
  return landed(refused > 0)
}

const clashes = ({ system }: Ground): number =>
  system.gateways.reduce(
    (sum, { states }) => sum + (states.get('40001') ?? 0) + (states.get('40P01') ?? 0),
    0,
  )
