/** The one form of a UUID that is taken for an id: 8-4-4-4-12 hexadecimal digits, in either case. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether `value` is a UUID in that form. */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value)
}
