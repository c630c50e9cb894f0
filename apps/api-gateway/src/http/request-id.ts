/** Every request has an id: its own when it brought a valid one, else a new one. */
import { randomUUID } from 'node:crypto'

const VISIBLE_ASCII = /^[\x21-\x7e]{1,128}$/

/** The id from an X-Request-Id header, kept when it is 1 to 128 visible ASCII characters. */
export function requestIdFrom(header: string | string[] | undefined): string {
  return typeof header === 'string' && VISIBLE_ASCII.test(header) ? header : randomUUID()
}
