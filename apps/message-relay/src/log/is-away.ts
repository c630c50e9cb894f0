/** Tells PostgreSQL being out of reach from its refusal of a statement. */

/** Connection exceptions, refused logins, no such database, a server that stops or starts, too many connections. */
const AWAY = /^(08|28|3D000|57P|53300)/

/** What the server itself refuses has a severity; sockets and time-outs have none. */
export function isAway(error: unknown): boolean {
  const { severity, code } = (error ?? {}) as { severity?: unknown; code?: unknown }
  return severity === undefined || AWAY.test(String(code))
}
