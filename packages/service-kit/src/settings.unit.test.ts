/** Settings: parsed once, every fault told together, no secret repeated. */
import {
  bool,
  certificateFile,
  commaSeparated,
  ConfigurationError,
  integerBetween,
  numberBetween,
  postgresUrl,
  readSettings,
  type str,
  tcpPort,
  topicName,
  eventsTopicName,
  httpUrl,
} from './index'

function faultsOf(read: () => unknown): readonly string[] {
  try {
    read()
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults
    throw error
  }
  return []
}

const specs = {
  PORT: tcpPort({ default: 8000 }),
  DATABASE_URL: postgresUrl(),
  EVENTS_TOPIC: topicName({ default: 'domain-events' }),
  CORS_ORIGINS: commaSeparated({ default: [] }),
  RATIO: numberBetween(0, 1)({ default: 0.5 }),
  TRACED: bool({ default: false }),
}
const URL = 'postgres://user:secret@host/db'

it('takes what is given, defaults for the rest, and changes no more', () => {
  const settings = readSettings(
    { DATABASE_URL: URL, PORT: '0', CORS_ORIGINS: ' http://a , http://b,', OTHER: 'x' },
    specs,
  )
  expect({ ...settings }).toEqual({
    PORT: 0,
    DATABASE_URL: URL,
    EVENTS_TOPIC: 'domain-events',
    CORS_ORIGINS: ['http://a', 'http://b'],
    RATIO: 0.5,
    TRACED: false,
  })
  expect(Object.isFrozen(settings)).toBe(true)
})

it('takes an empty variable for an absent one', () => {
  expect(readSettings({ DATABASE_URL: URL, PORT: '' }, specs).PORT).toBe(8000)
  expect(faultsOf(() => readSettings({ DATABASE_URL: '' }, specs))).toEqual(['DATABASE_URL: is required'])
})

it('tells every fault together, one a line, and repeats no value', () => {
  const faults = faultsOf(() =>
    readSettings(
      {
        PORT: '70000',
        DATABASE_URL: 'mysql://user:secret@host',
        EVENTS_TOPIC: 'a b',
        RATIO: 'much',
        TRACED: '?',
      },
      specs,
    ),
  )
  expect(faults.map((fault) => fault.split(':')[0]).sort()).toEqual([
    'DATABASE_URL',
    'EVENTS_TOPIC',
    'PORT',
    'RATIO',
    'TRACED',
  ])
  expect(faults.join('\n')).not.toContain('secret')
  expect(new ConfigurationError(faults).message.split('\n')).toHaveLength(6)
})

it('tells faults of several settings beside those of others, where each of the several is right alone', () => {
  const lease = { LEASE: integerBetween(1, 60)(), DEADLINE: integerBetween(1, 60)() }
  const check = ({ LEASE, DEADLINE }: { LEASE?: number; DEADLINE?: number }) =>
    LEASE !== undefined && DEADLINE !== undefined && LEASE <= DEADLINE
      ? ['LEASE: must be longer than DEADLINE']
      : []
  expect(
    faultsOf(() => readSettings({ LEASE: '4', DEADLINE: '4' }, { ...lease, PORT: tcpPort() }, check)),
  ).toEqual(['PORT: is required', 'LEASE: must be longer than DEADLINE'])
  expect(faultsOf(() => readSettings({ LEASE: '4', DEADLINE: '4' }, lease, check))).toEqual([
    'LEASE: must be longer than DEADLINE',
  ])
  expect(faultsOf(() => readSettings({ LEASE: 'x', DEADLINE: '4' }, lease, check))).toEqual([
    'LEASE: is not a number',
  ])
  expect(readSettings({ LEASE: '5', DEADLINE: '4' }, lease, check).LEASE).toBe(5)
})

const valueOf = (spec: ReturnType<typeof str<string>>, text: string) =>
  readSettings({ VALUE: text }, { VALUE: spec as never }) as { VALUE: unknown }

it.each([
  ['a whole number', integerBetween(1, 10)(), '7', 7],
  ['a fraction', numberBetween(0, 24)(), '0.25', 0.25],
  ['a port', tcpPort(), '65535', 65_535],
  ['an events topic', eventsTopicName(), 'x'.repeat(245), 'x'.repeat(245)],
  ['a topic', topicName(), 'A-z_0.9', 'A-z_0.9'],
  ['a database', postgresUrl(), 'postgresql:///x', 'postgresql:///x'],
])('%s is taken', (_, spec, text, value) => {
  expect(valueOf(spec as never, text).VALUE).toBe(value)
})

it.each([
  ['a whole number', integerBetween(1, 10)(), ['0', '11', '1.5', 'NaN', 'Infinity', ' ', '1 2', 'one']],
  ['a number', numberBetween(0, 1)(), ['-0.1', '1.1', 'x']],
  ['a port', tcpPort(), ['-1', '65536', 'http']],
  ['an events topic', eventsTopicName(), ['.', '..', 'a/b', 'x'.repeat(246)]],
  ['a topic', topicName(), ['.', '..', 'a/b', 'ä', 'x'.repeat(250)]],
  ['a database', postgresUrl(), ['host:5432', 'http://x', '::']],
])('%s is refused', (_, spec, texts) => {
  for (const text of texts)
    expect([text, faultsOf(() => valueOf(spec as never, text))]).toEqual([
      text,
      [expect.stringMatching(/^VALUE: /)],
    ])
})

describe('files that settings name', () => {
  const notAFile = '/nowhere/ca.pem'
  const notACertificate = __filename

  it.each([
    ['an sslmode that is none', 'sslmode=verify_full', 'an sslmode that is none of disable'],
    [
      'an sslrootcert that is not there',
      `sslrootcert=${notAFile}`,
      'sslrootcert that cannot be read (ENOENT)',
    ],
    [
      'an sslrootcert that is none',
      `sslrootcert=${notACertificate}`,
      'sslrootcert that holds no certificate',
    ],
    ['an sslkey that is not there', `sslkey=${notAFile}`, 'sslkey that cannot be read (ENOENT)'],
  ])('DATABASE_URL is refused with %s, and not repeated', (_what, parameters, fault) => {
    const given = { DATABASE_URL: `postgres://u:hidden@h/d?${parameters}` }
    const faults = faultsOf(() => readSettings(given, { DATABASE_URL: postgresUrl() }))
    expect(faults).toEqual([expect.stringContaining(fault)])
    expect(faults.join()).not.toContain('hidden')
  })

  it.each([
    [notAFile, 'names a file that cannot be read (ENOENT)'],
    [notACertificate, 'names a file that holds no certificate in PEM form'],
  ])('certificates are not read from %s', (file, fault) => {
    const read = () => readSettings({ CA: file }, { CA: certificateFile() })
    expect(faultsOf(read)).toEqual([`CA: ${fault}`])
  })
})

it('takes the address of an HTTP server, and repeats none that is wrong', () => {
  const read = (value: string) => () => readSettings({ URL: value }, { URL: httpUrl() })
  expect(read('http://collector:4318')()).toEqual({ URL: 'http://collector:4318' })
  expect(faultsOf(read('collector with:secret'))).toEqual([expect.stringContaining('is not an address')])
  expect(faultsOf(read('ftp://me:secret@host/'))).toEqual([expect.stringContaining('must begin with http')])
  for (const value of ['collector with:secret', 'ftp://me:secret@host/'])
    expect(faultsOf(read(value)).join()).not.toContain('secret')
})
