/** Bad inputs 14 to 22, 30 and 31: bodies. */
import { gzipSync } from 'node:zlib'
import { commandCatalog } from '../genesis/command-catalog'
import { badInputTests, type BadInput } from './bad-inputs.kit.test'
import { agent, runGateway, type RunningGateway } from './running-gateway.kit.test'

let gateway: RunningGateway
let session: string
let task: string

beforeAll(async () => {
  gateway = await runGateway()
  session = await gateway.openSession()
  task = (await gateway.send(session, 'RequestConceptGeneration')).body.task_id
})
afterAll(() => gateway.close())

type Body = string | Uint8Array
const command =
  (status: number, code: string) =>
  (input: string, body: Body, headers = {}) => ({
    input,
    status,
    code,
    call: () => ({ method: 'POST', path: `/genesis/sessions/${session}/commands`, body, headers }),
  })
const feedback = (payload: string) => `{"command_type":"SubmitFeedback","payload":${payload}}`
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
const note = (json: string) => feedback(`{"note":${json}}`)
const invalidJson = command(400, 'INVALID_JSON')
const invalid = (path: string) => (input: string, body: Body) => ({
  ...command(400, 'VALIDATION_ERROR')(input, body),
  details: { errors: [{ path, message: expect.any(String) }] },
})

badInputTests(14, () => gateway, [
  invalidJson('malformed JSON', '{"command_type":'),
  invalidJson('a comment', '{"command_type":"ConfirmStage"/* now */}'),
  invalidJson('a trailing comma', '{"command_type":"ConfirmStage",}'),
  invalidJson('single quotes', "{'command_type':'ConfirmStage'}"),
  invalidJson('two values', '{"command_type":"ConfirmStage"}{}'),
  invalidJson('a byte order mark', '\ufeff{"command_type":"ConfirmStage"}'),
  invalidJson('NaN', note('NaN')),
  invalidJson('empty body', ''),
  invalidJson('nothing but white space', '  \n'),
  invalidJson('null', 'null'),
  invalidJson('a bare string', '"ConfirmStage"'),
  invalidJson('a bare number', '42'),
  invalidJson('a bare boolean', 'true'),
])

badInputTests(15, () => gateway, [
  invalidJson('duplicate keys', '{"command_type":"ConfirmStage","command_type":"SubmitFeedback"}'),
  invalidJson('duplicate keys, one of them escaped', feedback('{"a":1,"\\u0061":2}')),
  invalidJson('duplicate keys, deep down', feedback('{"a":[{"b":{"c":1,"d":2,"c":1}}]}')),
  invalidJson('two empty keys', feedback('{"":1,"":2}')),
])

badInputTests(16, () => gateway, [
  invalid('')('array body', '[]'),
  invalid('/command_type')('missing command_type', '{}'),
  invalid('/command_type')('command_type not a string', '{"command_type":7}'),
  invalid('/payload')('payload not an object', '{"command_type":"ConfirmStage","payload":[]}'),
  invalid('/payload')('payload null', '{"command_type":"ConfirmStage","payload":null}'),
  invalid('/extra')('extra top-level property', '{"command_type":"ConfirmStage","extra":1}'),
  invalid('/payload/rating')('wrong type inside a known payload member', feedback('{"rating":"five"}')),
  invalid('/payload/rating')('rating out of range', feedback('{"rating":6}')),
  invalid('/payload/session_id')('a session_id of its own', feedback('{"session_id":"x"}')),
])

const openWith = (input: string, path: string, body: string): BadInput => ({
  ...invalid(path)(input, body),
  call: { method: 'POST', path: '/genesis/sessions', body },
})
badInputTests(16, () => gateway, [
  openWith('array body, where a session is opened', '', '[]'),
  openWith('extra top-level property, where a session is opened', '/user_id', '{"user_id":"eve"}'),
  {
    ...invalid('/extra')('extra top-level property, where a ticket is bought', ''),
    call: { method: 'POST', path: '/events/stream/tickets', body: { extra: 1 } },
  },
  {
    ...invalid('/reason')('wrong type of the reason of a cancel', ''),
    call: () => ({ method: 'POST', path: `/tasks/${task}/cancel`, body: { reason: 7 } }),
  },
])

const report = (input: string, verb: string, path: string, body: object, token = agent): BadInput => ({
  input,
  status: 400,
  code: 'VALIDATION_ERROR',
  details: { errors: [{ path }] },
  call: () => ({ method: 'POST', path: `/tasks/${task}/${verb}`, body, token }),
})
badInputTests(16, () => gateway, [
  report('progress missing', 'progress', '/progress', {}),
  report('progress over 100', 'progress', '/progress', { progress: 100.1 }),
  report('progress a string', 'progress', '/progress', { progress: '5' }),
  report('progress message not a string', 'progress', '/message', { progress: 5, message: {} }),
  report('complete without a result', 'complete', '/result', {}),
  report('a result that is no object', 'complete', '/result', { result: [] }),
  report('fail without an error', 'fail', '/error', {}),
  report('an error without a message', 'fail', '/error/message', { error: {} }),
  report('an unknown property', 'complete', '/extra', { result: {}, extra: 1 }),
])

badInputTests(
  17,
  () => gateway,
  ['Nothing', '', 'confirmStage', 'constructor', 'toString', '__proto__'].map((type) => ({
    ...command(400, 'UNSUPPORTED_COMMAND_TYPE')(
      `unknown command_type "${type}"`,
      JSON.stringify({ command_type: type, payload: {} }),
    ),
    details: { supported: commandCatalog.supported },
  })),
)

badInputTests(18, () => gateway, [
  invalid('/__proto__')('__proto__ as a key', '{"command_type":"ConfirmStage","__proto__":{}}'),
  invalid('/payload/__proto__')('__proto__ in the payload', feedback('{"__proto__":{"x":1}}')),
  invalid('/payload/a/0/__proto__')('__proto__ deep down', feedback('{"a":[{"__proto__":1}]}')),
  invalid('/payload/__proto__')('__proto__, escaped', feedback('{"\\u005f_proto__":1}')),
])

badInputTests(19, () => gateway, [
  command(400, 'PAYLOAD_TOO_DEEP')('nesting deeper than 32', note(nested(31))),
  command(400, 'PAYLOAD_TOO_DEEP')('objects deeper than 32', note('{"a":'.repeat(31) + '1' + '}'.repeat(31))),
  command(400, 'PAYLOAD_TOO_DEEP')('nesting as deep as the limit on size allows', note(nested(50_000))),
])

const badCharacter = command(400, 'INVALID_CHARACTER')
badInputTests(20, () => gateway, [
  badCharacter('\\u0000 in a string', note('"a\\u0000b"')),
  badCharacter('\\u0000 in a key', feedback('{"a\\u0000b":1}')),
  badCharacter('a lone high surrogate', note('"\\ud83d"')),
  badCharacter('a lone low surrogate', note('"\\ude00 first"')),
  badCharacter('surrogates the wrong way round', note('"\\ude00\\ud83d"')),
  badCharacter('a lone surrogate in a key', feedback('{"\\udead":1}')),
  badCharacter('\\u0000 as the command type', '{"command_type":"\\u0000"}'),
])

const badEncoding = command(400, 'INVALID_ENCODING')
const utf8 = (bytes: number[]) =>
  Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')])
const wrongChecksum = (zipped: Buffer) => zipped.fill(0, zipped.length - 8)
const gzip = { 'content-encoding': 'gzip' }
badInputTests(21, () => gateway, [
  badEncoding('invalid UTF-8: a stray continuation', utf8([0x80])),
  badEncoding('invalid UTF-8: a cut sequence', utf8([0xe7, 0xa7])),
  badEncoding('invalid UTF-8: overlong', utf8([0xc0, 0xaf])),
  badEncoding('invalid UTF-8: a surrogate', utf8([0xed, 0xa0, 0x80])),
  badEncoding('corrupt gzip', '{"command_type":"ConfirmStage"}', gzip),
  badEncoding('gzip cut short', gzipSync(note('"text"')).subarray(0, -9), gzip),
  badEncoding('gzip with a wrong checksum', wrongChecksum(gzipSync(note('"text"'))), gzip),
  badEncoding('corrupt deflate', 'no deflate', { 'content-encoding': 'deflate' }),
  badEncoding('corrupt br', 'no brotli at all', { 'content-encoding': 'br' }),
])

const outOfRange = command(400, 'NUMBER_OUT_OF_RANGE')
badInputTests(
  22,
  () => gateway,
  [
    '1e400',
    '-1e400',
    '9007199254740993',
    '-9007199254740993',
    '1e16',
    '1e307',
    '1e-39',
    '0.' + '1'.repeat(39),
  ].map((number) => outOfRange(number, note(number))),
)

const tooLarge = command(413, 'PAYLOAD_TOO_LARGE')
const spaces = (bytes: number) => note(`"${' '.repeat(bytes - note('""').length)}"`)
badInputTests(30, () => gateway, [
  tooLarge('body over 100 KB', spaces(100 * 1024 + 1)),
  tooLarge('gzip bomb', gzipSync(Buffer.alloc(20_000_000, 32)), gzip),
  tooLarge('gzip of a body over 100 KB', gzipSync(spaces(100 * 1024 + 1)), gzip),
  tooLarge(
    'gzip members that inflate to nothing',
    Buffer.concat(Array.from({ length: 6000 }, () => gzipSync(''))),
    gzip,
  ),
])

const type = (contentType: string) => ({ 'content-type': contentType })
const unsupported = command(415, 'UNSUPPORTED_MEDIA_TYPE')
const confirm = '{"command_type":"ConfirmStage"}'
badInputTests(31, () => gateway, [
  unsupported('no content type', Buffer.from(confirm), { 'content-type': undefined }),
  unsupported('text/plain', confirm, type('text/plain')),
  unsupported('a form', 'command_type=ConfirmStage', type('application/x-www-form-urlencoded')),
  unsupported('latin1 charset', confirm, type('application/json; charset=latin1')),
  unsupported(
    'latin1 beside other parameters',
    confirm,
    type('application/json; a=b; charset=latin1; c="d"'),
  ),
  unsupported('two charsets', confirm, type('application/json; charset=utf-8; charset = latin1')),
  unsupported('a parameter without a value', confirm, type('application/json; charset')),
  unsupported('utf-16 charset', confirm, type('application/json; charset=utf-16')),
  unsupported('JSON of another kind', confirm, type('application/json-seq')),
  unsupported('unknown content encoding', confirm, { 'content-encoding': 'zstd' }),
  unsupported('two content encodings', gzipSync(gzipSync(confirm)), { 'content-encoding': 'gzip, gzip' }),
])

describe('good bodies that lie close', () => {
  const good: [string, Body, object?][] = [
    ['constructor and prototype as keys', feedback('{"constructor":{"prototype":1},"prototype":[]}')],
    ['nesting of exactly 32', note(nested(30))],
    ['an escaped pair of surrogates', note('"\\ud83d\\ude00"')],
    ['an escaped backslash before u0000', note('"\\\\u0000"')],
    ['2^53', note('9007199254740992')],
    ['a number of exactly 40 characters', note('0.' + '1'.repeat(38))],
    ['1e-38', note('1e-38')],
    ['a body of exactly 100 KB', spaces(100 * 1024)],
    ['gzip', gzipSync(note('1')), gzip],
    ['charset=UTF-8', note('1'), type('Application/JSON; charset="UTF-8"')],
    ['unknown parameters', note('1'), type('application/json;foo=bar; v="a;b" ; charset=utf-8;')],
    ['Accept with a charset', note('1'), { accept: 'application/json;charset=utf-8' }],
    ['identity', note('1'), { 'content-encoding': 'identity' }],
    ['the same key in two objects', feedback('{"a":{"x":1},"b":{"x":1}}')],
  ]
  test.each(good.map(([name, body, headers = {}]) => ({ name, body, headers })))('$name', async (each) => {
    const path = `/genesis/sessions/${session}/commands`
    const { body, headers } = each
    const reply = await gateway.call({ method: 'POST', path, body, headers: { ...headers } })
    expect(reply.body).toMatchObject({ status: 'COMPLETED' })
  })

  test('constructor and prototype go through unharmed', async () => {
    const payload = { constructor: { prototype: 1 }, prototype: ['x'] }
    const { body } = await gateway.send(session, 'SubmitFeedback', payload)
    const { rows } = await gateway.sql.query(`SELECT payload FROM domain_events WHERE correlation_id = $1`, [
      body.command_id,
    ])
    expect(rows[0].payload).toEqual({ session_id: session, ...payload })
  })

  test.each(['/genesis/sessions', `/tasks/{task}/cancel`])('no body at all on %s', async (path) => {
    const reply = await gateway.call({ method: 'POST', path: path.replace('{task}', task) })
    expect([200, 201]).toContain(reply.status)
  })
})
