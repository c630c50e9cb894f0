import { plantWorld, rowsOf, type PlantedWorld } from './planted-world.kit.test'

let world: PlantedWorld
const run = (sql: string, values: unknown[] = []) => world.client.query(sql, values)

beforeAll(async () => {
  world = await plantWorld()
})
afterAll(() => world.close())

describe('I9', () => {
  const tried = async (secondsAgo: readonly number[]) => {
    await run(
      `INSERT INTO event_outbox (topic, key, payload, attempts, last_error)
       SELECT 'elsewhere', 'k', '{"event_id": "late"}', $1::int,
              jsonb_build_object('attempts', jsonb_agg(clock_timestamp() - make_interval(secs => ago) ORDER BY ago DESC))
         FROM unnest($2::float8[]) AS ago`,
      [secondsAgo.length, secondsAgo],
    )
  }
  const calm = [{ from: Date.now() - 60_000, to: Date.now() + 60_000 }]

  it('reports a retry that came early', async () => {
    await tried([10, 9, 7.5])
    expect(rowsOf(await world.verdict('I9'))).toContainEqual(
      expect.objectContaining({ try: '2', wait_ms: 2000, took_ms: 1500 }),
    )
  })

  it('reports a retry that came late while nothing disturbed the relay, and only then', async () => {
    await tried([10, 8.4])
    expect(rowsOf(await world.verdict('I9', { calm }))).toContainEqual(
      expect.objectContaining({ wait_ms: 1000, took_ms: 1600 }),
    )
    expect(rowsOf(await world.verdict('I9'))).not.toContainEqual(expect.objectContaining({ took_ms: 1600 }))
  })

  it('reports a retry that has not come', async () => {
    await tried([5])
    expect(rowsOf(await world.verdict('I9', { calm }))).toContainEqual(
      expect.objectContaining({ wait_ms: 1000, took_ms: null }),
    )
  })

  it('says how many were judged for being late: those in calm', async () => {
    const before = (await world.verdict('I9', { calm })).amongThem?.['for being late']
    await tried([50, 48.9, 46.8])
    expect((await world.verdict('I9', { calm })).amongThem).toMatchObject({ 'for being late': before! + 3 })
    expect((await world.verdict('I9')).amongThem).toMatchObject({ 'for being late': 0 })
  })

  it('reports a row that FAILED before its four tries, whatever its topic, and none that cannot be sent', async () => {
    for (const [event, fault] of [
      ['gave up', 'unknown_topic'],
      ['unsendable', 'invalid_topic'],
    ])
      await run(
        `INSERT INTO event_outbox (topic, key, payload, status, attempts, last_error)
         VALUES ('elsewhere', 'k', jsonb_build_object('event_id', $1::text), 'FAILED', 3, jsonb_build_object('class', $2::text))`,
        [event, fault],
      )
    const verdict = await world.verdict('I9')
    const failed = rowsOf(verdict).filter(({ topic }) => topic === 'elsewhere')
    expect(failed).toEqual([expect.objectContaining({ event_id: 'gave up', attempts: 3 })])
    expect(verdict.amongThem).toMatchObject({ FAILED: 2 })
  })
})
