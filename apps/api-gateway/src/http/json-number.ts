/** Whether a number survives the way through a double and PostgreSQL's jsonb. */

/** Characters that jsonb may need to write a number: 1e307 would be 308. */
const MAX_JSONB_CHARACTERS = 40
const NUMBER = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

/** What is wrong with the number that `literal`, a valid JSON number, writes; undefined when nothing is. */
export function numberFault(literal: string): string | undefined {
  const value = Number(literal)
  if (!Number.isFinite(value)) return 'The number is larger than a double can hold'
  if (Math.abs(value) >= 2 ** 53 && !isExactly2To53(literal, value)) {
    return 'An integer beyond 2^53 would be rounded'
  }
  if (jsonbLength(literal) > MAX_JSONB_CHARACTERS) return 'The number needs more than 40 digits'
  return undefined
}

/** jsonb keeps the digits as written: 1.50 stays 1.50, and an exponent is written out. */
function jsonbLength(literal: string): number {
  if (literal.length <= MAX_JSONB_CHARACTERS && !/e/i.test(literal)) return literal.length
  const [, whole = '', fraction = '', exponentText = '0'] = NUMBER.exec(literal) ?? []
  const exponent = Number(exponentText)
  const sign = literal.startsWith('-') ? 1 : 0
  const digits = whole + fraction
  const leadingZeros = /^0*/.exec(digits)?.[0].length ?? 0
  const before = leadingZeros === digits.length ? 1 : Math.max(1, whole.length + exponent - leadingZeros)
  const after = Math.max(0, fraction.length - exponent)
  return sign + before + (after > 0 ? after + 1 : 0)
}

/** 2^53 + 1 is read as 2^53: only the text tells them apart. */
function isExactly2To53(literal: string, value: number): boolean {
  return Math.abs(value) === 2 ** 53 && /^-?9007199254740992(\.0+)?$/.test(literal)
}
