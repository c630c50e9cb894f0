/** Something in the demo was not as promised; the message says what was expected and what came. */
import { isDeepStrictEqual } from 'node:util'

export class DemoFault extends Error {
  override readonly name = 'DemoFault'
}

/** @throws DemoFault unless both are the same, member for member */
export const expectSame = (what: string, actual: unknown, expected: unknown): void => {
  if (isDeepStrictEqual(actual, expected)) return
  throw new DemoFault(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`)
}
