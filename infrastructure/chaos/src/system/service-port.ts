/** Ports for what is started again and again, and must find its port free each time. */
import { freePort } from '@infinite-scribe/local-stack'

/** Below those that systems hand out to connections: one of these would take the port of a process that is down. */
const LOWEST = 20_000
const HIGHEST = 32_000

/** A port that nobody listens on, and that no connection will be given. */
export async function servicePort(): Promise<number> {
  for (;;) {
    const wanted = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST))
    if ((await freePort(wanted)) === wanted) return wanted
  }
}
