/** A crowd of commands for one gateway at once, each for another session. */
import { createClient } from '@infinite-scribe/client'
import { ANY_GATEWAY, recordingFetch } from '../load/recording-fetch'
import { attempt } from '../load/user'
import type { Member } from '../system/member'
import { withClient } from '../system/database'
import type { Ground } from './ground'

interface OpenSession {
  readonly id: string
  readonly user_id: string
}

/** Sessions that take commands, the newest first. */
export function openSessions({ system }: Ground, limit: number): Promise<OpenSession[]> {
  return withClient(system.databaseUrl, async (client) => {
    const { rows } = await client.query<OpenSession>(
      `SELECT id, user_id FROM genesis_sessions WHERE status = 'IN_PROGRESS' ORDER BY created_at DESC LIMIT $1`,
      [limit],
    )
    return rows
  })
}

/** Sends one command for each session to `gateway`; resolves when all are answered, one way or another. */
export async function crowd(
  ground: Ground,
  gateway: Member,
  sessions: readonly OpenSession[],
): Promise<void> {
  const { system, ledger } = ground
  await Promise.all(
    sessions.map(async ({ id, user_id: user }) => {
      const client = createClient({
        baseUrl: ANY_GATEWAY,
        token: system.token(user),
        fetch: recordingFetch(ledger, () => gateway),
        retry: { attempts: 1 },
        timeoutMs: 6_000,
      })
      await attempt(() => client.sendCommand(id, { command_type: 'SubmitFeedback', payload: { rating: 3 } }))
    }),
  )
}
