/** A PostgreSQL of its own that restarts under open streams and commands, and one that has no connection left. */
import { randomUUID } from 'node:crypto'
import { eventually, openOwnPostgres, ownServers, type OwnPostgres } from '@infinite-scribe/testing'
import { Client } from 'pg'
import { expectProblem } from '../http/bad-inputs.kit.test'
import { ada, runGateway, type Reply, type RunningGateway } from '../http/running-gateway.kit.test'
import { HttpReader } from './http-reader.kit.test'

const describeWithServer = ownServers === undefined ? describe.skip : describe

describeWithServer('A PostgreSQL of its own', () => {
  let postgres: OwnPostgres
  let gateway: RunningGateway
  let replica: RunningGateway

  beforeAll(async () => {
    postgres = await openOwnPostgres()
    gateway = await runGateway()
    replica = await runGateway({ databaseUrl: () => Promise.resolve(gateway.database.url) })
    // The outage is the server's, not the test's: its own connections may go.
    for (const { sql } of [gateway, replica]) sql.on('error', () => undefined)
  }, 120_000)

  afterAll(async () => {
    await Promise.allSettled([replica.close(), gateway.close()])
    await postgres.close()
  }, 60_000)

  const headers = { authorization: `Bearer ${ada}` }

  /** Says a command until it is answered for good, as a client does; every answer on the way must be an honest one. */
  async function sendUntilDone(session: string, at: () => RunningGateway, refused: Reply[]): Promise<void> {
    const key = { 'idempotency-key': randomUUID() }
    await eventually(async () => {
      const reply = await at().send(session, 'SubmitFeedback', { rating: 3 }, key)
      if (reply.status === 200) return true
      refused.push(reply)
      return false
    }, 30_000)
  }

  it('restarts under open streams: no gap, no repeat, and no command is lost or carried out twice', async () => {
    const session = await gateway.openSession()
    const ofUser = await HttpReader.open(`${gateway.url}/events/stream`, headers)
    const ofSession = await HttpReader.open(`${replica.url}/events/stream?context_id=${session}`, headers)
    await Promise.all([ofUser.opening(), ofSession.opening()])

    const refused: Reply[] = []
    let sent = 0
    let turn = 0
    const over = new AbortController()
    const writing = (async () => {
      while (!over.signal.aborted) {
        await sendUntilDone(session, () => [gateway, replica][turn++ % 2]!, refused)
        sent += 1
      }
    })()
    for (const verb of ['stop', 'kill'] as const) {
      const before = sent
      await eventually(() => sent >= before + 10, 30_000)
      await postgres.server[verb]()
      await eventually(() => refused.some(({ status }) => status === 503), 30_000)
      await postgres.server.start()
    }
    over.abort()
    await writing

    const versions = Array.from({ length: sent }, (_, index) => index + 2)
    await eventually(() => ofUser.events.length >= sent && ofSession.events.length >= sent, 20_000)
    for (const reader of [ofUser, ofSession]) {
      expect(reader.events.map(({ data }) => data.aggregate_version as number)).toEqual(versions)
      expect(reader.end).toBeUndefined()
    }
    for (const reply of refused) {
      expectProblem(reply, 503, reply.body.error_code as string)
      expect(['SERVICE_UNAVAILABLE', 'OUTCOME_UNKNOWN']).toContain(reply.body.error_code)
    }
    // A position from before the restarts is good on either.
    const middle = ofUser.events[5]!.id!
    const resumed = await HttpReader.open(`${replica.url}/events/stream?last_event_id=${middle}`, headers)
    await eventually(() => resumed.events.length >= sent - 6)
    expect(resumed.events.map(({ data }) => data.aggregate_version as number)).toEqual(versions.slice(6))
    for (const reader of [ofUser, ofSession, resumed]) reader.cut()
  }, 120_000)

  it('is out of connections: 503 SERVICE_UNAVAILABLE, until there are some again', async () => {
    const session = await gateway.openSession()
    const newcomer = await runGateway({ databaseUrl: () => Promise.resolve(gateway.database.url) })
    const taken: Client[] = []
    const takeOne = async (): Promise<unknown> => {
      const client = new Client({ connectionString: gateway.database.url })
      client.on('error', () => undefined)
      taken.push(client)
      return client.connect().then(
        () => undefined,
        (error: unknown) => error,
      )
    }
    let refusal: unknown
    while (refusal === undefined) refusal = await takeOne()
    expect(refusal).toMatchObject({ code: '53300' })
    expectProblem(await newcomer.send(session, 'SubmitFeedback'), 503, 'SERVICE_UNAVAILABLE')
    taken.pop()
    const [observer, ...others] = taken
    await Promise.all(others.map((client) => client.end()))
    await eventually(async () => (await newcomer.send(session, 'SubmitFeedback')).status === 200)
    const { rows } = await observer!.query('SELECT status FROM command_inbox WHERE session_id = $1', [
      session,
    ])
    expect(rows).toEqual([{ status: 'COMPLETED' }])
    await observer!.end()
    await newcomer.close()
  }, 60_000)
})
