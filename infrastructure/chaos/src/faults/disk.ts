/** PostgreSQL's disk is full. */
import { setTimeout as delay } from 'node:timers/promises'
import { waitUntil } from '@infinite-scribe/local-stack'
import { withClient } from '../system/database'
import { landed, type Ground, type Strike } from './ground'

const BACK_WITHIN_MS = 30_000

/** Fills the small file system that holds its data, frees it, and starts PostgreSQL again where it gave up. */
export const fullDisk: Strike = async (fault, ground) => {
  const { disk } = ground.system.servers
  if (!disk) return { impossible: 'this user may not mount a file system for PostgreSQL on this machine' }
  const { postgres } = ground.system
  const before = refusals(ground)
  disk.fill()
  try {
    await delay(fault.lastsMs)
  } finally {
    disk.free()
  }
  const died = postgres.state === 'stopped'
  const seen = refusals(ground) - before
  ground.note(`${seen} statements failed for want of room${died ? ', and PostgreSQL gave up' : ''}`)
  await waitUntil(
    'PostgreSQL after its disk was full',
    async () => {
      if (postgres.state === 'stopped') await postgres.start()
      await withClient(ground.system.databaseUrl, (client) => client.query('CREATE TEMP TABLE room ()'))
      return true
    },
    { timeoutMs: BACK_WITHIN_MS, intervalMs: 100 },
  )
  return landed(died || seen > 0)
}

/** 53100 is disk_full; a server that panics for it ends its sessions with 57P02. */
const refusals = ({ system }: Ground): number =>
  system.members.reduce((sum, { states }) => sum + (states.get('53100') ?? 0) + (states.get('57P02') ?? 0), 0)
