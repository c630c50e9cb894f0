/** Whose fault an error is: a test for each row of the table, and for what kafkajs was seen to give. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { repositoryRoot } from '@infinite-scribe/testing'
import {
  KafkaJSError,
  KafkaJSNonRetriableError,
  KafkaJSNumberOfRetriesExceeded,
  KafkaJSProtocolError,
} from 'kafkajs'
import { isAnswer } from '../policy/outcome'
import { BY_ERROR_NAME, BY_PROTOCOL_CODE, BY_SYSTEM_CODE, classify } from './error-table'

const events = { ownTopic: false }
const foreign = { ownTopic: true }

/** As kafkajs throws it with its retries off. */
const wrapped = (cause: Error): Error =>
  new KafkaJSNumberOfRetriesExceeded(cause, { retryCount: 0, retryTime: 0, cause } as never)
const protocol = (code: number): Error =>
  new KafkaJSProtocolError({
    name: 'KafkaJSProtocolError',
    message: `code ${code}`,
    code,
    type: `T${code}`,
  } as never)
const named = (name: string): Error => Object.assign(new Error(name), { name })
const expected = (verdict: string, ownTopic: boolean) => {
  if (verdict === 'record' || (verdict === 'topic' && ownTopic)) return { kind: 'record_fault', final: false }
  return { kind: 'unavailable', scope: verdict === 'replica' && ownTopic ? 'topic' : 'broker' }
}

it('says in the runbook of the open circuit what each class that may open it is about', () => {
  const page = readFileSync(path.join(repositoryRoot, 'infrastructure/runbooks/circuit-open.md'), 'utf8')
  const told = page
    .split('\n')
    .filter((line) => line.trim().startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name))
  const openers = [BY_PROTOCOL_CODE, BY_ERROR_NAME, BY_SYSTEM_CODE]
    .flatMap((table) => Object.values(table))
    .filter(({ verdict }) => verdict !== 'record')
    .map((found) => found.class)
  expect(told.sort()).toEqual([...new Set(openers), 'unknown'].sort())
})

it.each(Object.entries(BY_PROTOCOL_CODE))('knows the broker’s code %s', (code, { class: name, verdict }) => {
  for (const ownTopic of [false, true]) {
    const outcome = classify(wrapped(protocol(Number(code))), { ownTopic })
    expect(outcome).toMatchObject({
      ...expected(verdict, ownTopic),
      fault: { class: name, code: `T${code}` },
    })
  }
})

it.each(Object.entries(BY_ERROR_NAME))('knows the client’s %s', (name, { class: errorClass, verdict }) => {
  expect(classify(wrapped(named(name)), events)).toMatchObject({
    ...expected(verdict, false),
    fault: { class: errorClass },
  })
})

it.each(Object.entries(BY_SYSTEM_CODE))('knows the system’s %s', (code, { class: errorClass }) => {
  const error = Object.assign(new Error('socket'), { code })
  expect(classify(wrapped(error), events)).toMatchObject({
    kind: 'unavailable',
    scope: 'broker',
    fault: { class: errorClass, code },
  })
})

/** By what the causes are, apart from what the table says of them. */
const OUTAGES: readonly (readonly [string, Error])[] = [
  ['a refused connection', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
  ['a reset connection', Object.assign(new Error('read'), { code: 'ECONNRESET' })],
  ['a closed connection', named('KafkaJSConnectionClosedError')],
  ['a host that nobody knows', Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' })],
  ['a request that is not answered', named('KafkaJSRequestTimeoutError')],
  ['a publish that takes too long', named('PublishDeadlineError')],
  ['UNKNOWN_SERVER_ERROR', protocol(-1)],
  ['REQUEST_TIMED_OUT', protocol(7)],
  ['SASL_AUTHENTICATION_FAILED', protocol(58)],
  ['UNSUPPORTED_SASL_MECHANISM', protocol(33)],
  ['a refused log-in', named('KafkaJSSASLAuthenticationError')],
  ['a certificate that has expired', Object.assign(new Error('tls'), { code: 'CERT_HAS_EXPIRED' })],
  ['LEADER_NOT_AVAILABLE', protocol(5)],
  ['NOT_LEADER_OR_FOLLOWER', protocol(6)],
  ['NOT_ENOUGH_REPLICAS', protocol(19)],
  ['NOT_ENOUGH_REPLICAS_AFTER_APPEND', protocol(20)],
  ['KAFKA_STORAGE_ERROR', protocol(56)],
  ['an unknown events topic', protocol(3)],
  ['a forbidden events topic', protocol(29)],
]
const FAULTS_OF_THE_RECORD: readonly (readonly [string, Error])[] = [
  ['MESSAGE_TOO_LARGE', protocol(10)],
  ['RECORD_LIST_TOO_LARGE', protocol(18)],
  ['CORRUPT_MESSAGE', protocol(2)],
  ['INVALID_RECORD', protocol(87)],
]
/** The relay sends strings alone, so what the client stumbles over is not the record. */
const NOBODY_CAN_TELL: readonly (readonly [string, Error])[] = [
  ['a TypeError', new TypeError("Cannot read properties of undefined (reading 'write')")],
  ['a RangeError', new RangeError('Invalid array length')],
]

it.each(OUTAGES)('takes %s for the broker’s fault', (_, cause) => {
  expect(classify(wrapped(cause), events)).toMatchObject({ kind: 'unavailable', scope: 'broker' })
})

it.each(FAULTS_OF_THE_RECORD)('takes %s for the record’s own fault', (_, cause) => {
  for (const topic of [events, foreign]) {
    expect(classify(wrapped(cause), topic)).toMatchObject({ kind: 'record_fault', final: false })
  }
})

it.each(NOBODY_CAN_TELL)('blames nobody for %s of the client', (_, cause) => {
  expect(classify(wrapped(cause), events)).toMatchObject({ kind: 'unknown', fault: { class: 'unknown' } })
})

it.each([
  ['an unknown topic of its own', 3],
  ['a forbidden topic of its own', 29],
])('takes %s for the row’s own fault', (_, code) => {
  expect(classify(wrapped(protocol(code)), foreign)).toMatchObject({ kind: 'record_fault', final: false })
})

it('keeps trouble with the replicas of another topic from the events', () => {
  for (const code of [5, 6, 19, 20, 56]) {
    expect(classify(wrapped(protocol(code)), foreign)).toMatchObject({ kind: 'unavailable', scope: 'topic' })
  }
})

it('takes a missing events topic for an outage and a missing topic of a row for the row’s own fault', () => {
  expect(classify(wrapped(protocol(3)), events)).toMatchObject({ kind: 'unavailable' })
  expect(classify(wrapped(protocol(3)), foreign)).toMatchObject({ kind: 'record_fault' })
})

it('looks through the wrappers, whatever they say of retrying', () => {
  const wrapper = Object.assign(new KafkaJSNonRetriableError('closed'), {
    cause: named('KafkaJSConnectionClosedError'),
  })
  expect(classify(wrapper, events)).toMatchObject({
    kind: 'unavailable',
    fault: { class: 'connection' },
  })
  expect(classify(protocol(10), events)).toMatchObject({ kind: 'record_fault' })
})

it('takes a producer that was disconnected for a broken connection', () => {
  const error = new KafkaJSError('The producer is disconnected', { retriable: true })
  expect(classify(error, events)).toMatchObject({ kind: 'unavailable', fault: { class: 'connection' } })
})

it('calls unknown what it has never heard of', () => {
  expect(classify(new Error('what?'), events)).toEqual({
    kind: 'unknown',
    fault: { class: 'unknown', message: 'what?' },
  })
  expect(classify('text', events)).toMatchObject({ kind: 'unknown', fault: { message: 'text' } })
})

it('takes whatever a broker says for an answer, and closed connections and deadlines for none', () => {
  const isAnswered = ({ class: errorClass }: { class: string }): boolean => isAnswer({ class: errorClass })
  expect(Object.values(BY_PROTOCOL_CODE).every(isAnswered)).toBe(true)
  for (const silence of [BY_SYSTEM_CODE.ECONNRESET, BY_ERROR_NAME.PublishDeadlineError]) {
    expect(isAnswered(silence!)).toBe(false)
  }
})
