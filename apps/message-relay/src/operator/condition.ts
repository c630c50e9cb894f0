/** A condition on a table, and what it is asked with. */

export interface Condition {
  readonly where: string
  /** Numbered from $1. */
  readonly values: unknown[]
}

/**
 * `always`, and each part whose value is not undefined.
 * @param parts what makes the part of the place where its value stands, and the value
 */
export function conditionOfParts(
  always: string,
  parts: readonly (readonly [part: (place: string) => string, value: unknown])[],
): Condition {
  const asked = parts.filter(([, value]) => value !== undefined)
  return {
    where: [always, ...asked.map(([part], at) => part(`$${at + 1}`))].join(' AND '),
    values: asked.map(([, value]) => value),
  }
}
