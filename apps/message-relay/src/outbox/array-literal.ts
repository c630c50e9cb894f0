/** Arrays of values that need no quotes, as PostgreSQL writes them; node-postgres would quote each element. */

/** Numbers, digits and uuids only: nothing is escaped. */
export function arrayLiteral(values: readonly (number | string)[]): string {
  return `{${values.join(',')}}`
}
