/** The log: one JSON object a line, and no secret in it. */
import { Writable } from 'node:stream'
import { transports } from 'winston'
import { createLogger, describeError, redact } from './index'

function logged(
  write: (logger: ReturnType<typeof createLogger>) => void,
  level = 'info',
): Record<string, unknown>[] {
  const lines: string[] = []
  const logger = createLogger('a-service', level)
  logger.clear().add(
    new transports.Stream({
      stream: new Writable({
        write: (chunk: Buffer, _encoding, done) => {
          lines.push(chunk.toString())
          done()
        },
      }),
    }),
  )
  write(logger)
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

it('writes one JSON object a line, from its level on', () => {
  const lines = logged((logger) => {
    logger.debug('too little')
    logger.info('said', { request_id: 'r', ms: 3 })
  })
  expect(lines).toEqual([
    {
      level: 'info',
      message: 'said',
      service: 'a-service',
      timestamp: expect.any(String),
      request_id: 'r',
      ms: 3,
    },
  ])
})

it('puts what is read first first', () => {
  const [line] = logged((logger) => logger.warn('said', { error: new Error('x'), a: 1 }))
  expect(Object.keys(line!)).toEqual(['timestamp', 'level', 'message', 'service', 'error', 'a'])
})

it('writes what JSON cannot: whole numbers of any size, errors, dates', () => {
  const [line] = logged((logger) =>
    logger.info('said', { size: 2n ** 64n, at: new Date(0), error: new Error('x'), nothing: undefined }),
  )
  expect(line).toMatchObject({ size: '18446744073709551616', at: '1970-01-01T00:00:00.000Z' })
  expect(line).toMatchObject({ error: { name: 'Error', message: 'x' } })
  expect(line).not.toHaveProperty('nothing')
})

it('keeps secrets out, by their name and by their form, however deep', () => {
  const [line] = logged((logger) =>
    logger.info('connecting to postgres://user:hunter2@host/db with Bearer abc.def.ghi', {
      headers: { Authorization: 'Bearer abc.def.ghi', cookie: 'hunter2', accept: '*/*' },
      settings: [{ JWT_SECRET: 'hunter2', DATABASE_URL: 'postgres://u:hunter2@h', PORT: 8000 }],
      error: new Error('login for postgres://user:hunter2@host failed', {
        cause: new Error('token Bearer abc.def'),
      }),
    }),
  )
  const text = JSON.stringify(line)
  expect(text).not.toContain('hunter2')
  expect(text).not.toContain('abc.def')
  expect(text).toContain('[redacted]')
  expect(line).toMatchObject({ headers: { accept: '*/*' }, settings: [{ PORT: 8000 }] })
})

it('ends at a depth, so that what refers to itself can be logged', () => {
  const self: Record<string, unknown> = {}
  self.self = self
  expect(JSON.stringify(redact(self))).toContain('[deeper]')
})

it('leaves dates, bytes, numbers and null alone', () => {
  const date = new Date(0)
  const bytes = Buffer.from('x')
  expect(redact({ date, bytes, n: 1, nothing: null, yes: true })).toEqual({
    date,
    bytes,
    n: 1,
    nothing: null,
    yes: true,
  })
})

it('describes an error with its code and its causes', () => {
  const cause = Object.assign(new Error('inner'), { code: 'ECONNREFUSED' })
  expect(describeError(new TypeError('outer', { cause }))).toMatchObject({
    name: 'TypeError',
    message: 'outer',
    stack: expect.stringContaining('outer'),
    cause: { message: 'inner', code: 'ECONNREFUSED' },
  })
  expect(describeError('text')).toEqual({ message: 'text' })
  expect(describeError(cause, { stack: false })).toEqual({
    name: 'Error',
    message: 'inner',
    code: 'ECONNREFUSED',
  })
  const several = new AggregateError([new Error('no answer from ::1'), new Error('no answer from 127.0.0.1')])
  expect(describeError(several).message).toBe('no answer from ::1; no answer from 127.0.0.1')
})
