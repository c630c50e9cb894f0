/** From a body's bytes to a JSON object or array that is safe to keep: strict where JSON.parse is lenient. */
import { isUtf8 } from 'node:buffer'
import { visit } from 'jsonc-parser'
import { numberFault } from './json-number'
import { HttpProblem, validationProblem } from './problem'

/** Objects and arrays within each other, the body itself included. */
export const MAX_DEPTH = 32

const LONE_SURROGATE = /\p{Surrogate}/u

/**
 * The body as JSON.parse has it.
 * @throws {HttpProblem} INVALID_ENCODING, INVALID_JSON (also for duplicate keys and for what is neither object nor array),
 *   VALIDATION_ERROR (`__proto__`), PAYLOAD_TOO_DEEP, INVALID_CHARACTER, NUMBER_OUT_OF_RANGE.
 */
export function parseJsonBody(bytes: Buffer): object {
  if (!isUtf8(bytes)) throw new HttpProblem('INVALID_ENCODING', 'The body is not valid UTF-8')
  const text = bytes.toString('utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new HttpProblem('INVALID_JSON', 'The body is not valid JSON')
  }
  if (typeof value !== 'object' || value === null) {
    throw new HttpProblem('INVALID_JSON', 'The body must be a JSON object')
  }
  inspect(text)
  return value
}

/** One pass over text that is known to be JSON, for what JSON.parse lets through or changes. */
function inspect(text: string): void {
  // A NUL or half of a surrogate pair can only have come in as an escape.
  const hasEscapes = text.includes('\\u')
  const keys: Set<string>[] = []
  let depth = 0
  const enter = () => {
    if (++depth > MAX_DEPTH) {
      throw new HttpProblem('PAYLOAD_TOO_DEEP', `The body is nested deeper than ${MAX_DEPTH}`, {
        limit: MAX_DEPTH,
      })
    }
  }
  visit(text, {
    onObjectBegin: () => {
      enter()
      keys.push(new Set())
    },
    onObjectEnd: () => {
      depth--
      keys.pop()
    },
    onArrayBegin: enter,
    onArrayEnd: () => {
      depth--
    },
    onObjectProperty: (key, _offset, _length, _line, _character, parentPath) => {
      if (key === '__proto__') {
        const path = pointer([...parentPath(), key])
        throw validationProblem([{ path, message: 'must not be named __proto__' }])
      }
      const siblings = keys.at(-1)
      if (siblings?.has(key)) throw new HttpProblem('INVALID_JSON', 'An object has the same key twice')
      siblings?.add(key)
      if (hasEscapes) requireStorable(key)
    },
    onLiteralValue: (value: unknown, offset, length) => {
      if (typeof value === 'number') requireInRange(text.slice(offset, offset + length))
      else if (hasEscapes && typeof value === 'string') requireStorable(value)
    },
  })
}

function requireInRange(literal: string): void {
  const fault = numberFault(literal)
  if (fault) throw new HttpProblem('NUMBER_OUT_OF_RANGE', fault)
}

function requireStorable(text: string): void {
  if (text.includes('\0') || LONE_SURROGATE.test(text)) {
    throw new HttpProblem('INVALID_CHARACTER', 'A string holds \\u0000 or half of a surrogate pair')
  }
}

function pointer(path: readonly (string | number)[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
