/** Requests to an operation of the document, from those that are in order to those that nobody would write. */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'

/* eslint-disable @typescript-eslint/no-explicit-any -- a JSON document is walked through */

export interface Operation {
  readonly method: string
  /** As the document writes it: /tasks/{task_id}. */
  readonly path: string
  readonly operation: any
}

/** Whose things a request is about, and whether a fresh one must be made for it. */
export type Whose = 'mine' | 'fresh' | 'foreign' | 'nobody'

export interface GeneratedRequest {
  readonly method: string
  readonly whose: Whose
  /** With ids in braces where it is about something that there is. */
  readonly path: string
  readonly token: 'owner' | 'agent' | 'foreign' | 'none' | 'nonsense'
  readonly headers: Readonly<Record<string, string>>
  readonly body: Bytes | undefined
}

/** Bytes that a report shows as their beginning. */
export class Bytes {
  constructor(readonly all: Buffer) {}

  [fc.toStringMethod](): string {
    const shown = JSON.stringify(this.all.subarray(0, 200).toString('latin1'))
    return `${this.all.length} bytes ${shown}`
  }
}

const weighted = <T>(...choices: readonly [weight: number, arbitrary: fc.Arbitrary<T>][]) =>
  fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })))
const text = fc.oneof(fc.string({ maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 20 }))

const headerText = fc.string({
  unit: fc.integer({ min: 0x20, max: 0xff }).filter((code) => code !== 0x7f).map((code) => String.fromCharCode(code)), // prettier-ignore
  maxLength: 300,
})

const UNUSUAL =
  'null true false 0 -0 1e400 1e307 1e-39 9007199254740993 "" {} [] "\\u0000" "\\ud800" "\\udead\\ud83d" {"\\u0000":1} {"__proto__":1} {"a":1,"a":2}'

/** JSON as text, so that it can be what no parser would write. */
const { hostile } = fc.letrec<{ hostile: string; inner: string }>((tie) => ({
  inner: tie('hostile'),
  hostile: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    weighted<string>(
      [4, fc.constantFrom(...UNUSUAL.split(' '))],
      [1, fc.double().map((value) => JSON.stringify(value))],
      [1, text.map((value) => JSON.stringify(value))],
      [1, fc.nat(40).map((depth) => '['.repeat(depth) + ']'.repeat(depth))],
    ),
    fc.array(tie('inner'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
    fc.array(fc.tuple(member(), tie('inner')), { maxLength: 3 }).map(object),
  ),
}))

function member(): fc.Arbitrary<string> {
  const known =
    'command_type payload stage data rating feedback session_id theme_preferences result error message code progress reason __proto__ constructor'
  return fc.oneof(fc.constantFrom(...known.split(' ')), text).map((name) => JSON.stringify(name))
}

function object(members: readonly (readonly [string, string])[]): string {
  return `{${members.map(([name, value]) => `${name}:${value}`).join(',')}}`
}

/**
 * An example of the document with members kept, spoilt, left out and added.
 * @param inner whether others' members are welcome there: then what is added is what is looked at
 */
function spoilt(example: object, inner = false): fc.Arbitrary<string> {
  const members = Object.entries(example).map(([name, value]) => {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    const after = weighted<string>(
      [6, fc.constant(JSON.stringify(value))],
      [1, hostile],
      ...(isObject ? [[6, spoilt(value as object, true)] as [number, fc.Arbitrary<string>]] : []),
    )
    const named = after.map((text): [string, string] => [JSON.stringify(name), text])
    return weighted<[string, string] | undefined>([12, named], [1, fc.constant(undefined)])
  })
  const added = weighted<[string, string] | undefined>(
    [inner ? 1 : 8, fc.constant(undefined)],
    [1, fc.tuple(member(), hostile)],
  )
  return fc.tuple(...members, added).map((all) => object(all.filter((each) => each !== undefined)))
}

function examplesOf({ operation }: Operation): object[] {
  const examples = operation.requestBody?.content['application/json'].examples ?? {}
  return Object.values<any>(examples).map(({ value }) => value as object)
}

function bodyOf(operation: Operation): fc.Arbitrary<Buffer | undefined> {
  const examples = examplesOf(operation)
  const json = fc.oneof(...examples.map((example) => spoilt(example)), hostile, member())
  return weighted<Buffer | undefined>(
    [1, fc.constant(undefined)],
    [8, json.map((body) => Buffer.from(body))],
    [1, fc.tuple(json, fc.nat(60)).map(([body, length]) => Buffer.from(body.slice(0, length)))],
    [1, fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes))],
    [1, fc.integer({ min: 90_000, max: 110_000 }).map((size) => Buffer.from(`{"a":"${'x'.repeat(size)}"}`))],
  )
}

const ENCODERS = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync, identity: (body: Buffer) => body } // prettier-ignore
const encoding = weighted(
  [10, fc.constant({})],
  [2, fc.constantFrom(...Object.keys(ENCODERS)).map((name) => ({ encoded: name, named: name }))],
  [1, fc.constantFrom('gzip', 'br', 'zstd', 'gzip, br').map((named) => ({ named }))],
) as fc.Arbitrary<{ encoded?: keyof typeof ENCODERS; named?: string }>

const seldom = <T>(arbitrary: fc.Arbitrary<T>, weight = 1) =>
  weighted<T | undefined>([8, fc.constant(undefined)], [weight, arbitrary])
const headers = fc.record({
  'content-type': weighted<string | undefined>(
    [12, fc.constant('application/json')],
    [1, fc.constantFrom(undefined, 'application/json; charset=latin1', 'text/plain')],
    [1, headerText],
  ),
  accept: seldom(fc.oneof(fc.constantFrom('image/png', '*/*', 'text/event-stream'), headerText)),
  'idempotency-key': seldom(fc.oneof(fc.constantFrom('a', 'b'), headerText), 4),
  'x-request-id': seldom(headerText),
  traceparent: seldom(headerText),
  'last-event-id': seldom(headerText),
  origin: seldom(headerText),
  'x-http-method-override': seldom(fc.constantFrom('DELETE', 'GET')),
  'transfer-encoding': seldom(fc.constant('chunked')),
})

function queryOf({ operation }: Operation): fc.Arbitrary<string> {
  const named = operation.parameters
    .filter((parameter: any) => parameter.in === 'query')
    .map(({ name, schema }: any) =>
      seldom(
        fc.oneof(
          fc.constantFrom(...(schema.enum ?? ['0', '1', '500', '1e3', '-1'])),
          text.map(encode),
          text.map((value) => value.replaceAll(/[^!"$-~]/g, '+')),
        ),
        3,
      ).map((value) => (value === undefined ? undefined : `${name}=${value}`)),
    ) as fc.Arbitrary<string | undefined>[]
  const strange = seldom(fc.tuple(text, text).map((pair) => pair.map(encode).join('=')))
  return fc
    .tuple(...named, strange)
    .map((all) => all.filter((each) => each !== undefined).join('&'))
    .map((query) => (query === '' ? '' : `?${query}`))
}

/** Every byte as an escape: half of the strings are no UTF-8. */
function encode(value: string): string {
  return [...Buffer.from(value, value.length % 2 ? 'utf8' : 'utf16le')]
    .map((byte) => `%${byte.toString(16).padStart(2, '0')}`)
    .join('')
}

function pathOf({ path }: Operation): fc.Arbitrary<string> {
  const wrong = fc.oneof(
    fc.constantFrom('%zz', '%00', '..', '.', 'urn:uuid:{session_id}', 'a%2Fb', '%ff', '{task_id}%20', "'--"),
    text.filter((value) => value !== '').map(encode),
  )
  return weighted([6, fc.constant(path)], [1, wrong.map((id) => path.replace(/\{\w+\}/, id))])
}

/** Who may make requests to `operation`. */
function callerOf({ operation }: Operation): 'agent' | 'owner' {
  const roles: readonly string[] = operation.security[0]?.bearer ?? []
  return roles.length > 0 ? 'agent' : 'owner'
}

/** The document's own examples, as requests that are in order. */
export function plainRequestsTo(operation: Operation): GeneratedRequest[] {
  const { method, path } = operation
  const plain = { method, path, whose: 'fresh', token: callerOf(operation) } as const
  const examples = examplesOf(operation).map((example) => new Bytes(Buffer.from(JSON.stringify(example))))
  if (examples.length === 0) return [{ ...plain, headers: {}, body: undefined }]
  return examples.map((body) => ({ ...plain, headers: { 'content-type': 'application/json' }, body }))
}

/** Requests to `operation`, most of them nearly in order. */
export function requestsTo(operation: Operation): fc.Arbitrary<GeneratedRequest> {
  const usual = callerOf(operation)
  const others = fc.constantFrom('owner', 'agent', 'foreign', 'none', 'nonsense')
  const methods = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD')
  return fc
    .record({
      method: weighted([12, fc.constant(operation.method)], [1, methods]),
      whose: weighted<Whose>([5, fc.constant('mine')], [1, fc.constantFrom('fresh', 'foreign', 'nobody')]),
      path: pathOf(operation),
      query: queryOf(operation),
      token: weighted([6, fc.constant(usual)], [1, others]),
      headers,
      body: bodyOf(operation),
      encoding,
    })
    .map(({ path, query, headers: given, body, encoding: { encoded, named }, ...rest }) => ({
      ...rest,
      path: path + query,
      headers: Object.fromEntries(
        Object.entries({ ...given, 'content-encoding': named }).filter(
          (each): each is [string, string] => each[1] !== undefined,
        ),
      ),
      body: body && new Bytes(encoded ? ENCODERS[encoded](body) : body),
    }))
}
