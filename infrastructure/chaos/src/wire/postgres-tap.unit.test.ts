import type { LinkedConnection } from './link'
import { meaningToGateway, meaningToRelay, postgresTap, type Meaning, type SqlStates } from './postgres-tap'
import { Steps } from './steps'

const message = (type: string, body: Buffer | string) => {
  const bytes = Buffer.from(body)
  const length = Buffer.alloc(4)
  length.writeInt32BE(bytes.length + 4)
  return Buffer.concat([Buffer.from(type), length, bytes])
}
const startup = Buffer.from([0, 0, 0, 8, 0, 3, 0, 0])
const query = (sql: string) => message('Q', `${sql}\0`)
const parse = (name: string, sql: string) => message('P', `${name}\0${sql}\0\0\0`)
const bind = (name: string) => message('B', `\0${name}\0\0\0\0\0\0\0`)
const ready = (status: 'I' | 'T') => message('Z', status)
const refused = (state: string) => message('E', `SERROR\0C${state}\0Mno\0\0`)

const connection = (meaningOf: (sql: string) => Meaning) => {
  const told: string[] = []
  const states: SqlStates = new Map()
  const steps = new Steps()
  steps.reach = (step) => told.push(step)
  const tap = postgresTap(
    steps,
    states,
    meaningOf,
  )({
    answerArrived: () => told.push('answer'),
  } as unknown as LinkedConnection)
  tap.fromClient(startup)
  return { told, states, tap }
}

describe('the steps of a gateway on the wire', () => {
  it('are the first write, the COMMIT and its answer, in pieces of any size', () => {
    const { told, tap } = connection(meaningToGateway)
    const client = Buffer.concat([
      query('BEGIN;'),
      parse('one', 'INSERT INTO command_inbox VALUES ($1)'),
      bind('one'),
    ])
    for (const byte of client) tap.fromClient(Buffer.from([byte]))
    tap.fromServer(ready('T'))
    expect(told).toEqual(['write-begun', 'answer'])
    tap.fromClient(query('COMMIT;'))
    expect(told.at(-1)).toBe('commit-sent')
    expect(tap.writing).toBe(true)
    tap.fromServer(ready('I'))
    expect(tap.writing).toBe(false)
    expect(told.slice(-2)).toEqual(['commit-answered', 'answer'])
  })

  it('are a COMMIT and its answer, and no first write, where one statement is the whole transaction', () => {
    const { told, tap } = connection(meaningToGateway)
    tap.fromClient(
      parse(
        'cte',
        'WITH s AS (UPDATE genesis_sessions SET version = 2) INSERT INTO command_inbox VALUES (1)',
      ),
    )
    tap.fromClient(bind('cte'))
    tap.fromServer(ready('I'))
    expect(told).toEqual(['commit-sent', 'commit-answered', 'answer'])
  })

  it('are not passed by a COMMIT of nothing, nor by an answer that is an error', () => {
    const { told, states, tap } = connection(meaningToGateway)
    for (const [sql, status] of [
      ['BEGIN', 'T'],
      ['SELECT 1', 'T'],
      ['COMMIT', 'I'],
    ] as const) {
      tap.fromClient(query(sql))
      tap.fromServer(ready(status))
    }
    expect(told.splice(0)).toEqual(['answer', 'answer', 'answer'])
    tap.fromClient(query('UPDATE genesis_sessions SET version = 2'))
    tap.fromServer(Buffer.concat([refused('40001'), ready('I')]))
    expect(told).toEqual(['commit-sent', 'answer'])
    expect(states.get('40001')).toBe(1)
  })
})

describe('the steps of a relay on the wire', () => {
  it('are the answer to a claim, a settlement and its answer', () => {
    const { told, tap } = connection(meaningToRelay)
    tap.fromClient(query('SELECT * FROM event_outbox'))
    expect(tap.writing).toBe(false)
    tap.fromServer(ready('I'))
    tap.fromClient(query(`UPDATE event_outbox AS o SET status = 'SENT'`))
    expect(tap.writing).toBe(true)
    tap.fromServer(ready('I'))
    expect(told).toEqual(['claim-answered', 'answer', 'settle-sent', 'settle-answered', 'answer'])
  })
})
