/** What to say of a statement that PostgreSQL itself ended with an error. */

const QUERY_CANCELED = '57014'
const TOOK_TOO_LONG = [
  'the statement took longer than its time-out (or somebody cancelled it), and it is tried again; probably another session',
  'holds a lock that it needs, or the disk is slow: look at pg_stat_activity and pg_blocking_pids (runbook relay-not-ready)',
].join(' ')

/** Whose fault it is, and where to look. */
export function statementAdvice(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown }
  return code === QUERY_CANCELED ? TOOK_TOO_LONG : 'PostgreSQL refuses it, and it is tried again'
}
