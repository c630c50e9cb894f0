import { randomUUID } from 'node:crypto'
import type { Answer } from './evidence'
import type { InvariantId } from './invariant'
import { plantFact, plantWorld, rowsOf, type PlantedWorld } from './planted-world.kit.test'

let world: PlantedWorld

/** A world for the tests of one invariant: each plants what the others do not look for. */
const inAWorld = (title: string, tests: () => void) =>
  describe(title, () => {
    beforeAll(async () => {
      world = await plantWorld()
    })
    afterAll(() => world.close())
    tests()
  })

const run = (sql: string, values: unknown[] = []) => world.client.query(sql, values)
/** Facts are immutable even to us, but for whoever may switch the trigger off. */
const runOnFacts = async (sql: string, values: unknown[] = []) => {
  await run('ALTER TABLE domain_events DISABLE TRIGGER domain_events_immutable')
  await run(sql, values)
  await run('ALTER TABLE domain_events ENABLE ALWAYS TRIGGER domain_events_immutable')
}

inAWorld('a world in order', () => {
  it('holds every invariant, and each has something to judge', async () => {
    await run(
      `INSERT INTO event_outbox (topic, key, payload, status, attempts, last_error, sent_at)
       VALUES ('elsewhere', 'k', '{"event_id": "e"}', 'SENT', 2,
               jsonb_build_object('attempts', jsonb_build_array(clock_timestamp() - interval '1.2 s')), clock_timestamp())`,
    )
    const ids: InvariantId[] = ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I9', 'I10']
    const samples = [{ at: 0, process: 'relay-1', pid: 7, residentMb: 100, files: 30, connections: 5 }]
    for (const id of ids) {
      const verdict = await world.verdict(id, { samples })
      expect({ id, violations: verdict.violations }).toEqual({ id, violations: [] })
      expect(verdict.judged).toBeGreaterThan(0)
    }
  })
})

inAWorld('I1', () => {
  it('reports an accepted command that is not in the inbox', async () => {
    const answers = [...world.answers, { ...world.answers[1]!, requestId: 'r-4', commandId: randomUUID() }]
    expect(rowsOf(await world.verdict('I1', { answers }))).toContainEqual(
      expect.objectContaining({ request_id: 'r-4' }),
    )
  })

  it('reports an accepted command whose event has no outbox row', async () => {
    await run('DELETE FROM event_outbox WHERE id = $1', [world.events[1]])
    await run('DELETE FROM outbox_deliveries')
    expect(rowsOf(await world.verdict('I1'))).toContainEqual(
      expect.objectContaining({ event_id: world.events[1], command_id: world.commandId }),
    )
  })

  it('reports a key that was answered with two commands', async () => {
    const answers = [...world.answers, { ...world.answers[3]!, requestId: 'r-4', idempotencyKey: 'first' }]
    expect(rowsOf(await world.verdict('I1', { answers }))).toContainEqual(
      expect.objectContaining({ idempotency_key: 'first' }),
    )
  })

  it('reports an end of a task that the task does not have', async () => {
    const failed: Answer = { requestId: 'r-5', action: 'fail', status: 200, taskId: world.taskId, sentAt: 0 }
    expect(rowsOf(await world.verdict('I1', { answers: [...world.answers, failed] }))).toContainEqual(
      expect.objectContaining({ request_id: 'r-5', task_status: 'COMPLETED' }),
    )
  })
})

inAWorld('I2', () => {
  it('reports a refused request that wrote', async () => {
    const answers = [{ ...world.answers[1]!, status: 503, errorCode: 'SERVICE_UNAVAILABLE' }]
    expect(rowsOf(await world.verdict('I2', { answers }))).toContainEqual(
      expect.objectContaining({ request_id: 'r-1', event_id: world.events[1] }),
    )
  })

  it('lets OUTCOME_UNKNOWN and no answer be either way', async () => {
    const answers = [
      { ...world.answers[1]!, status: 503, errorCode: 'OUTCOME_UNKNOWN' },
      { ...world.answers[3]!, status: null },
    ]
    expect((await world.verdict('I2', { answers })).violations).toEqual([])
  })

  it('takes a key that was refused, and once not answered, for one of which nobody knows', async () => {
    const refused = { ...world.answers[1]!, requestId: 'r-4', status: 503, errorCode: 'SERVICE_UNAVAILABLE' }
    const answers = [refused, { ...world.answers[1]!, status: null }]
    expect((await world.verdict('I2', { answers })).violations).toEqual([])
  })

  it('reports half of a command: in the inbox, without an event', async () => {
    const { rows } = await run(
      `INSERT INTO command_inbox (session_id, command_type, idempotency_key, status)
       VALUES ($1, 'SubmitFeedback', 'half', 'COMPLETED') RETURNING id`,
      [world.sessionId],
    )
    expect(rowsOf(await world.verdict('I2'))).toContainEqual(
      expect.objectContaining({ command_id: rows[0].id }),
    )
  })

  it('reports a record that no table knows', async () => {
    await world.send('stranger', JSON.stringify({ event_id: 'from-nowhere' }))
    expect(rowsOf(await world.verdict('I2'))).toContainEqual(
      expect.objectContaining({ event_id: 'from-nowhere' }),
    )
  })
})

inAWorld('I3', () => {
  it('reports a row that is SENT and nowhere on the topic', async () => {
    const { rows } = await run(
      `INSERT INTO event_outbox (topic, key, payload, status, sent_at, kafka_partition, kafka_offset)
       VALUES ($1, 'k', '{"event_id": "lost"}', 'SENT', now(), 0, 7) RETURNING id`,
      [world.topic],
    )
    expect(rowsOf(await world.verdict('I3'))).toContainEqual(
      expect.objectContaining({ outbox_id: rows[0].id, event_id: 'lost' }),
    )
  })

  it('reports the same of a row that was cleaned away', async () => {
    await run(
      `INSERT INTO outbox_deliveries (outbox_id, event_id, topic, kafka_partition, kafka_offset, attempts, sent_at)
       VALUES ($2, $2, $1, 0, 7, 1, now())`,
      [world.topic, randomUUID()],
    )
    expect(rowsOf(await world.verdict('I3'))).toContainEqual(expect.objectContaining({ cleaned: true }))
  })

  it('notes a receipt of a topic that was lost where the event is on the topic again, and reports it where it is not', async () => {
    const misplaced = async (seen = {}) => {
      const { violations, notes = [] } = await world.verdict('I3', seen)
      const elsewhere = violations.filter(({ what }) => what.startsWith('SENT to a place'))
      return [rowsOf({ violations: elsewhere }), rowsOf({ violations: notes })].map((rows) =>
        rows.map(({ event_id: id }) => id),
      )
    }
    const [again, first] = [world.events[1], world.events[0]]
    // One place is beyond the end of the topic, another has a record of another event, a third no partition any more.
    await run('UPDATE event_outbox SET kafka_offset = 1000 WHERE id = $1', [again])
    expect(await misplaced()).toEqual([expect.not.arrayContaining([again]), [again]])
    await run(
      `UPDATE event_outbox SET kafka_offset = (SELECT kafka_offset FROM event_outbox WHERE id = $2) WHERE id = $1`,
      [again, first],
    )
    expect(await misplaced()).toEqual([expect.not.arrayContaining([again]), [again]])
    await run('UPDATE event_outbox SET kafka_partition = 99 WHERE id = $1', [again])
    expect(await misplaced()).toEqual([expect.not.arrayContaining([again]), [again]])
    // Whoever knows that there was no other topic knows that the receipt is wrong.
    expect(await misplaced({ pastTopics: [] })).toEqual([expect.arrayContaining([again]), []])
    await run(`UPDATE event_outbox SET payload = payload || '{"event_id": "gone"}' WHERE id = $1`, [again])
    expect(await misplaced()).toEqual([expect.arrayContaining(['gone']), []])
  })

  it('reports what is still on its way although the system rests', async () => {
    await run(`INSERT INTO event_outbox (topic, key, payload) VALUES ($1, 'k', '{"event_id": "waiting"}')`, [
      world.topic,
    ])
    expect(rowsOf(await world.verdict('I3'))).toContainEqual(expect.objectContaining({ event_id: 'waiting' }))
    expect(rowsOf(await world.verdict('I3', { settled: false }))).not.toContainEqual(
      expect.objectContaining({ event_id: 'waiting' }),
    )
  })
})

inAWorld('I4', () => {
  it('reports two records of one event that differ', async () => {
    await world.send(world.sessionId, JSON.stringify({ event_id: world.events[0], other: true }))
    expect(rowsOf(await world.verdict('I4'))).toContainEqual(
      expect.objectContaining({ event_id: world.events[0], records: 2 }),
    )
  })

  it('reports an outbox row that does not say what its fact says', async () => {
    await run(`UPDATE event_outbox SET payload = payload || '{"aggregate_version": 9}' WHERE id = $1`, [
      world.events[2],
    ])
    expect(rowsOf(await world.verdict('I4'))).toContainEqual(
      expect.objectContaining({ outbox_id: world.events[2], aggregate_version: 3 }),
    )
  })
})

inAWorld('I5', () => {
  it('takes the receipts of a deleted topic for first appearances', async () => {
    const record = await world.send(world.sessionId, '{}')
    const past = { endedAt: Date.now() + 60_000, records: [] }
    // On the topic that is there now they come in another order, as replayed ones may.
    await run('UPDATE event_outbox SET kafka_offset = 100 - kafka_offset, kafka_partition = $1', [
      record.partition,
    ])
    expect(rowsOf(await world.verdict('I5', { pastTopics: [past] }))).toHaveLength(3)
    await run('UPDATE event_outbox SET kafka_offset = 100 - kafka_offset')
    expect(rowsOf(await world.verdict('I5', { pastTopics: [past] }))).toEqual([])
    // The same of rows that were cleaned away.
    await run('UPDATE event_outbox SET kafka_offset = 100 - kafka_offset')
    await run('DELETE FROM event_outbox')
    expect(rowsOf(await world.verdict('I5', { pastTopics: [past] }))).toHaveLength(3)
  })

  it('reports an event that first appeared after a later one of its key', async () => {
    const [earlier, later] = [randomUUID(), randomUUID()]
    for (const id of [earlier, later])
      await run(
        `INSERT INTO event_outbox (topic, key, payload, status, sent_at) VALUES ($1, 'k', jsonb_build_object('event_id', $2::text), 'SENT', now())`,
        [world.topic, id],
      )
    for (const id of [later, earlier]) await world.send('k', JSON.stringify({ event_id: id }))
    expect(rowsOf(await world.verdict('I5'))).toContainEqual(expect.objectContaining({ event_id: earlier }))
  })

  it('judges an event that was replayed by the row that first brought it, and no other by a replay', async () => {
    const [late, failed, later] = [randomUUID(), randomUUID(), randomUUID()]
    const row = (id: string, status: string, again = false) =>
      run(
        `INSERT INTO event_outbox (topic, key, payload, status, requeued_at, sent_at)
         VALUES ($1, 'replayed', jsonb_build_object('event_id', $2::text), $3, CASE WHEN $4 THEN now() END, now())
         RETURNING id`,
        [world.topic, id, status, again],
      )
    const first = (await row(late, 'SENT')).rows[0].id as string
    await row(failed, 'FAILED')
    await row(later, 'SENT')
    await world.send('replayed', JSON.stringify({ event_id: later }))
    const receipt = await world.send('replayed', JSON.stringify({ event_id: late }))
    await run('UPDATE event_outbox SET kafka_partition = $2, kafka_offset = $3 WHERE id = $1', [
      first,
      receipt.partition,
      receipt.offset,
    ])
    const { judged } = await world.verdict('I5')
    for (const id of [late, failed]) {
      await row(id, 'SENT', true)
      await world.send('replayed', JSON.stringify({ event_id: id }))
    }
    const verdict = await world.verdict('I5')
    const ofKey = rowsOf(verdict).filter(({ key }) => key === 'replayed')
    expect(ofKey).toEqual([expect.objectContaining({ event_id: late })])
    expect(verdict.judged).toBe(judged)
    // Its first record went with a topic that nobody had read.
    await run('UPDATE event_outbox SET kafka_offset = kafka_offset + 1000 WHERE id = $1', [first])
    const unknown = await world.verdict('I5')
    expect(rowsOf(unknown).filter(({ key }) => key === 'replayed')).toEqual([])
    expect(unknown.judged).toBe(judged - 1)
  })

  it('reports an event that was overtaken while it waited', async () => {
    for (const [id, status] of [
      ['head', 'PENDING'],
      ['next', 'SENT'],
    ])
      await run(
        `INSERT INTO event_outbox (topic, key, payload, status) VALUES ($1, 'k', jsonb_build_object('event_id', $2::text), $3)`,
        [world.topic, id, status],
      )
    expect(rowsOf(await world.verdict('I5'))).toContainEqual(expect.objectContaining({ event_id: 'head' }))
  })
})

const nextFact = (more: object) => ({
  event_id: randomUUID(),
  correlation_id: world.commandId,
  causation_id: world.events[3],
  event_type: 'Genesis.Session.FeedbackSubmitted',
  event_version: 1,
  aggregate_type: 'GENESIS_SESSION',
  aggregate_id: world.sessionId,
  aggregate_version: 5,
  payload: {},
  metadata: {},
  ...more,
})

inAWorld('I6', () => {
  it('reports a gap in the versions', async () => {
    const fact = nextFact({ aggregate_version: 6 })
    await plantFact(world.client, fact)
    expect(rowsOf(await world.verdict('I6'))).toContainEqual(
      expect.objectContaining({ event_id: fact.event_id }),
    )
  })

  it('reports a branch in the causation', async () => {
    const fact = nextFact({ causation_id: world.events[1] })
    await plantFact(world.client, fact)
    expect(rowsOf(await world.verdict('I6'))).toContainEqual(
      expect.objectContaining({ event_id: fact.event_id, expected_cause: world.events[3] }),
    )
  })
})

inAWorld('I7', () => {
  it('reports two unfinished commands of one type', async () => {
    await run('DROP INDEX idx_command_inbox_unique_pending_command')
    for (const key of ['one', 'two'])
      await run(
        `INSERT INTO command_inbox (session_id, command_type, idempotency_key) VALUES ($1, 'RequestConceptGeneration', $2)`,
        [world.sessionId, key],
      )
    expect(rowsOf(await world.verdict('I7'))).toContainEqual(
      expect.objectContaining({ session_id: world.sessionId }),
    )
  })

  it('reports a generation that was accepted before the end of the last one, though both have ended since', async () => {
    const fact = nextFact({
      event_type: 'Genesis.Session.ConceptGenerationRequested',
      metadata: { task_id: randomUUID() },
      correlation_id: randomUUID(),
    })
    await plantFact(world.client, fact)
    await runOnFacts(
      `UPDATE domain_events SET aggregate_version = aggregate_version + 10 WHERE aggregate_version = 3`,
    )
    expect(rowsOf(await world.verdict('I7'))).toContainEqual(
      expect.objectContaining({ event_id: world.events[1] }),
    )
  })
})

inAWorld('I8', () => {
  it('reports an end with two events', async () => {
    await plantFact(
      world.client,
      nextFact({ event_type: 'Genesis.Session.ConceptProposed', metadata: { task_id: world.taskId } }),
    )
    expect(rowsOf(await world.verdict('I8'))).toContainEqual(
      expect.objectContaining({ task_id: world.taskId, ends: 2 }),
    )
  })

  it('reports a command that has another end than its task', async () => {
    await run(`UPDATE command_inbox SET status = 'FAILED' WHERE id = $1`, [world.commandId])
    expect(rowsOf(await world.verdict('I8'))).toContainEqual(
      expect.objectContaining({ command_status: 'FAILED' }),
    )
  })
})
