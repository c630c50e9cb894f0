/** What the tests of the operators' command line share: a line to type at, and rows to type about. */
import { randomUUID } from 'node:crypto'
import { eventually } from '@infinite-scribe/testing'
import { countByStatus, envelope, insertRows, relayEnvironment } from '../relay-fixture.test'
import { openRelayFixture, type RelayFixture } from '../relay-with-servers-fixture.test'
import { operatorProgram } from './program'

/* eslint-disable @typescript-eslint/no-explicit-any -- what a command printed is looked at member by member */
export interface Typed {
  code: number
  text: string
  /** What was printed, where the line asked for JSON. */
  json: any
  /** What was said beside the result. */
  warned: string[]
  /** How far each bar had come when it was put away. */
  bars: string[]
}

export interface OperatorFixture extends RelayFixture {
  /**
   * Types a command; `answer` is given where it asks; without one nobody can be asked.
   * @throws what the command throws, with what was `warned` before
   */
  readonly type: (line: string, answer?: () => Promise<boolean | undefined>) => Promise<Typed>
  /** The ids of new rows of as many keys that FAILED so. */
  readonly failedRows: (count: number, errorClass?: string) => Promise<string[]>
  /** Facts of a session that are in no outbox yet, in their order. */
  readonly facts: (session: string, count: number) => Promise<Record<string, unknown>[]>
  /** Puts the facts of a session into the outbox, in the order given; the ids of the rows. */
  readonly intoOutbox: (session: string, facts: readonly Record<string, unknown>[]) => Promise<string[]>
  readonly relayUntilSettled: () => Promise<void>
}

export async function openOperatorFixture(): Promise<OperatorFixture> {
  const fixture = await openRelayFixture(2)
  const { database, pool, topic } = fixture

  const type: OperatorFixture['type'] = async (line, answer = () => Promise.resolve(undefined)) => {
    const printed: string[] = []
    const warned: string[] = []
    const bars: string[] = []
    let code = 0
    const program = operatorProgram({
      environment: relayEnvironment(database.relayUrl, topic),
      who: 'tester@here',
      columns: Infinity,
      print: (text) => printed.push(text),
      warn: (text) => warned.push(text),
      bar: (title, total) => {
        let reached = 0
        return { at: (done) => (reached = done), end: () => bars.push(`${title} ${reached} of ${total}`) }
      },
      onInterrupt: () => () => undefined,
      confirm: answer,
      exitWith: (wanted) => (code = wanted),
    })
    for (const command of [program, ...program.commands]) {
      command.exitOverride().configureOutput({ writeErr: () => undefined })
    }
    try {
      await program.parseAsync(line.split(' '), { from: 'user' })
    } catch (error) {
      throw Object.assign(error as Error, { warned })
    }
    const text = printed.join('\n')
    return { code, text, json: line.includes('--json') ? JSON.parse(text) : undefined, warned, bars }
  }

  return {
    ...fixture,
    type,
    failedRows: async (count, errorClass = 'record_too_large') => {
      const ids = await insertRows(
        pool,
        Array.from({ length: count }, (_, n) => ({ topic, key: `k${n}`, payload: envelope() })),
      )
      await pool.query(
        `UPDATE event_outbox SET status = 'FAILED', attempts = 4,
                last_error = jsonb_build_object('class', $2::text, 'message', 'it was refused', 'attempts', '["2026-01-01T00:00:00Z"]'::jsonb)
          WHERE id = ANY ($1::uuid[])`,
        [ids, errorClass],
      )
      return ids
    },
    facts: async (session, count) => {
      const ids = Array.from({ length: count }, () => randomUUID())
      await pool.query(
        `INSERT INTO domain_events (event_id, correlation_id, event_type, aggregate_type, aggregate_id, aggregate_version, payload)
         SELECT id, id, 'Genesis.Session.FeedbackSubmitted', 'GENESIS_SESSION', $2, known + n, '{"a": 1}'
           FROM unnest($1::uuid[]) WITH ORDINALITY AS fact (id, n),
                (SELECT count(*) AS known FROM domain_events WHERE aggregate_id = $2) AS earlier
          ORDER BY n`,
        [ids, session],
      )
      return ids.map((id) => envelope({ event_id: id }))
    },
    intoOutbox: (session, facts) =>
      insertRows(
        pool,
        facts.map((payload) => ({ topic, key: session, payload })),
      ),
    relayUntilSettled: async () => {
      await fixture.relay({ RELAY_POLL_INTERVAL: '0.3' })
      await eventually(async () => (await countByStatus(pool)).PENDING === undefined)
      await fixture.stopRelays()
    },
  }
}
