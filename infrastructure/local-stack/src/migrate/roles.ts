/** Applies the roles file: the groups of both services and what they are granted in one database. */
import { readFile } from 'node:fs/promises'
import type { Client } from 'pg'
import { withDatabase } from '../external/external-provider'
import { withClient } from '../readiness/postgres-ready'
import { ROLES_FILE } from '../repository'

export const GROUPS = ['genesis_gateway', 'genesis_relay'] as const

/** Arbitrary, but it must never change. */
const ROLES_LOCK = 7_305_802_272

/** Roles are the cluster's and advisory locks a database's: everybody takes this one in the database postgres. */
const aloneInTheCluster = (url: string, work: () => Promise<void>): Promise<void> =>
  withClient(withDatabase(url, 'postgres'), async (guard) => {
    await guard.query('SELECT pg_advisory_lock($1)', [ROLES_LOCK])
    await work()
  })

/** Whoever may not create roles may still grant to those that an administrator made. */
const mayApply = async (client: Client): Promise<boolean> => {
  const { rows } = await client.query<{ may: boolean }>(
    `SELECT rolsuper OR rolcreaterole OR (SELECT count(*) = $2 FROM pg_roles WHERE rolname = ANY ($1)) AS may
       FROM pg_roles WHERE rolname = current_user`,
    [GROUPS, GROUPS.length],
  )
  return rows[0]?.may ?? false
}

/**
 * Makes the groups where they are missing and grants exactly what the file says. Safe to repeat, at the same time
 * as others in any database of the cluster, and while the services work.
 * @returns false when there are no groups and the user may not create roles: nothing was changed
 */
export const applyRoles = async (url: string): Promise<boolean> => {
  const sql = await readFile(ROLES_FILE, 'utf8')
  return withClient(url, async (client) => {
    if (!(await mayApply(client))) return false
    await aloneInTheCluster(url, async () => {
      await client.query(sql)
    })
    return true
  })
}
