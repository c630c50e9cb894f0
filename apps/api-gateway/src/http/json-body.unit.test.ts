/** Bodies: what JSON.parse and jsonb would change or choke on. */
import fc from 'fast-check'
import { parseJsonBody } from './json-body'
import { numberFault } from './json-number'
import { HttpProblem } from './problem'

function codeOf(text: string | Buffer): string | undefined {
  try {
    parseJsonBody(Buffer.from(text))
    return undefined
  } catch (error) {
    if (!(error instanceof HttpProblem)) throw error
    return error.code
  }
}

describe('a body', () => {
  it('is what JSON.parse makes of it, whatever it is', () => {
    const storable = fc.jsonValue({ maxDepth: 20, noUnicodeString: false }).filter((value) => {
      const text = JSON.stringify(value)
      return !/__proto__|\\u0000|\\ud/i.test(text) && !/-?\d[\d.]*e|\d{16}/i.test(text)
    })
    fc.assert(
      fc.property(storable, (value) => {
        const text = JSON.stringify([value])
        expect(parseJsonBody(Buffer.from(text))).toEqual(JSON.parse(text))
      }),
    )
  })

  it('never ends in anything but an answer of its own', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"a"',
      ':',
      ',',
      '1e9',
      '-',
      '"__proto__"',
      '\\u0000',
      ' ',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        codeOf(parts.join(''))
      }),
    )
  })

  it.each([
    ['32 levels', '[{"a":'.repeat(16) + '1' + '}]'.repeat(16), undefined],
    ['33 levels', `[${'[{"a":'.repeat(16)}1${'}]'.repeat(16)}]`, 'PAYLOAD_TOO_DEEP'],
    ['many shallow levels', `[${'[[[]]],'.repeat(1000)}[]]`, undefined],
    ['the same key after an inner object had it', '{"a":{"b":1},"b":2}', undefined],
    ['the same key around an inner object', '{"b":{"b":1},"b":2}', 'INVALID_JSON'],
    ['half a pair as an escape', '["\\uD83D"]', 'INVALID_CHARACTER'],
    ['a whole pair as escapes', '["\\uD83D\\uDE00"]', undefined],
    ['a whole pair as UTF-8', '["😀"]', undefined],
    ['a NUL as a byte', '["\u0000"]', 'INVALID_JSON'],
  ])('of %s', (_name, text, code) => {
    expect(codeOf(text)).toBe(code)
  })
})

describe('a number', () => {
  it.each([
    '0',
    '-0',
    '1.50',
    '12.5e1',
    '9007199254740991',
    '9007199254740992',
    '-9007199254740992.0',
    '1e15',
    '0e400',
    '1e-38',
    '0.1e-37',
    '0.0000000000000000000000000000000000001',
  ])('%s is kept', (literal) => {
    expect(numberFault(literal)).toBeUndefined()
  })

  it.each([
    ['1e309', /larger than a double/],
    ['9007199254740993', /rounded/],
    ['-9007199254740993', /rounded/],
    ['9007199254740993.0', /rounded/],
    ['90071992547409930e-1', /rounded/],
    ['1e300', /rounded/],
    ['1e-39', /40 digits/],
    ['1e-400', /40 digits/],
    ['0.1e-38', /40 digits/],
    // jsonb keeps the zeros that the mantissa had.
    ['100e-39', /40 digits/],
    [`1.${'0'.repeat(39)}`, /40 digits/],
  ])('%s is refused', (literal, reason) => {
    expect(numberFault(literal)).toMatch(reason)
  })
})
