/** The size of an event as measured here is the size of what PostgreSQL prints. */
import { createTestDatabase, type TestDatabase } from '@infinite-scribe/testing'
import fc from 'fast-check'
import { Client } from 'pg'
import { jsonbTextBytes } from './event-size'

let database: TestDatabase
let client: Client
beforeAll(async () => {
  database = await createTestDatabase()
  client = new Client({ connectionString: database.url })
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await database.drop()
})

async function printedBytes(values: unknown[]): Promise<number[]> {
  const { rows } = await client.query<{ bytes: number }>(
    `SELECT octet_length(value::jsonb::text) AS bytes FROM unnest($1::text[]) WITH ORDINALITY AS t (value, n) ORDER BY n`,
    [values.map((value) => JSON.stringify(value))],
  )
  return rows.map(({ bytes }) => bytes)
}

it('of values that jsonb prints in a way of its own', async () => {
  const values = [
    ...[
      0, -0, 1, -1, 0.1, -0.5, 1e21, 1.5e21, 1.234567890123456e25, 1e-7, -1.25e-9, 5e-324,
      1.7976931348623157e308,
    ],
    ...[123456789012345680000, 9007199254740991, 1e100, -1e-300, 0.000001, 1.0000000000000002],
    ...[
      '',
      'a',
      '"',
      '\\',
      '/',
      '\b\f\n\r\t',
      '\u0001\u001f\u007f\u0080',
      'é',
      '漢字',
      '😀',
      '\u2028\u2029\ufeff',
    ],
    ...[null, true, false, [], {}, [[]], [{}], [1, 2], { a: 1, b: [1, { c: 'd' }] }, { ключ: 1, '"': 2 }],
    { gone: undefined, here: 1 },
  ]
  expect(values.map(jsonbTextBytes)).toEqual(await printedBytes(values))
})

it('of any other value', async () => {
  const anyNumber = fc.double({ noNaN: true, noDefaultInfinity: true })
  const anyJson = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary-ascii' }),
      anyNumber,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value')),
      fc.dictionary(fc.string({ unit: 'grapheme' }), tie('value')),
    ),
  })).value
  await fc.assert(
    fc.asyncProperty(fc.array(anyJson, { minLength: 50, maxLength: 100 }), async (values) => {
      // jsonb knows no U+0000; the HTTP side refuses it.
      const printable = values.filter((value) => !JSON.stringify(value).includes('\\u0000'))
      expect(printable.map(jsonbTextBytes)).toEqual(await printedBytes(printable))
    }),
    { numRuns: 25 },
  )
})
