/** Who is recorded as having made a change. */
import { hostname, userInfo } from 'node:os'

/** User and host; the user's number where the system has no name for it, as in a container run as any user. */
export function operatorName(
  numberOfUser: number | undefined,
  nameOfUser: () => string = () => userInfo().username,
): string {
  try {
    return `${nameOfUser()}@${hostname()}`
  } catch {
    return `uid-${numberOfUser ?? 'unknown'}@${hostname()}`
  }
}
