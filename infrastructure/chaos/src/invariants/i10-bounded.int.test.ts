import { plantWorld, rowsOf, type PlantedWorld } from './planted-world.kit.test'

let world: PlantedWorld
const run = (sql: string, values: unknown[] = []) => world.client.query(sql, values)

beforeAll(async () => {
  world = await plantWorld()
})
afterAll(() => world.close())

describe('I10', () => {
  it('reports SENT rows past their retention and what a removal may lag, and counts those that are gone', async () => {
    const sentAgo = (seconds: number) =>
      run('UPDATE event_outbox SET sent_at = now() - make_interval(secs => $2) WHERE id = $1', [
        world.events[0],
        seconds,
      ])
    const retentionHours = 0.01
    await sentAgo(55)
    expect(await world.verdict('I10', { retentionHours })).toMatchObject({
      violations: [],
      amongThem: { 'rows past their retention': 0 },
    })
    // One that once FAILED is held to its time like any other.
    await run(`UPDATE event_outbox SET last_error = '{}' WHERE id = $1`, [world.events[0]])
    await sentAgo(65)
    const verdict = await world.verdict('I10', { retentionHours })
    expect(rowsOf(verdict)).toContainEqual(expect.objectContaining({ outbox_id: world.events[0] }))
    // Where they are kept for long, a removal starts over once an hour.
    await sentAgo(101 * 3_600 - 60)
    expect((await world.verdict('I10', { retentionHours: 100 })).violations).toEqual([])
    await sentAgo(101 * 3_600 + 120)
    expect((await world.verdict('I10', { retentionHours: 100 })).violations).not.toEqual([])
    await run('DELETE FROM event_outbox WHERE id = $1', [world.events[0]])
    expect(await world.verdict('I10', { retentionHours })).toMatchObject({
      violations: [],
      amongThem: { 'rows past their retention': 1 },
    })
  })

  it('reports a ticket that was there when others were sold long after its end', async () => {
    const sell = (expired: number) =>
      run(
        `INSERT INTO stream_tickets (hash, user_id, token_expires_at, expires_at)
         VALUES (sha256($1::text::bytea), 'ada', now(), now() - make_interval(secs => $1::float8))`,
        [expired],
      )
    await sell(9)
    expect((await world.verdict('I10')).violations).toEqual([])
    await sell(40)
    const unusedTickets = [
      { soldAt: 0, expiresAt: 30_000 },
      { soldAt: 35_000, expiresAt: 65_000 },
    ]
    const verdict = await world.verdict('I10', { unusedTickets })
    expect(rowsOf(verdict)).toEqual([expect.objectContaining({ hash: expect.any(String) })])
    expect(verdict.amongThem).toMatchObject({ 'expired tickets': 0 })
    unusedTickets.push({ soldAt: 41_000, expiresAt: 71_000 })
    expect((await world.verdict('I10', { unusedTickets })).amongThem).toMatchObject({ 'expired tickets': 1 })
    await run('DELETE FROM stream_tickets')
  })

  const bounds = { residentMb: 200, files: 100, connections: 20 }
  const sample = { process: 'relay-1', pid: 7, residentMb: 100, files: 30, connections: 5 }
  const samplesOf = (seconds: number, residentMb: (second: number) => number) =>
    Array.from({ length: seconds }, (_, second) => ({
      ...sample,
      at: second * 1_000,
      residentMb: residentMb(second),
    }))
  const violationsOf = async (samples: ReturnType<typeof samplesOf>) =>
    (await world.verdict('I10', { bounds, samples })).violations

  it('reports a process that exceeds its bounds', async () => {
    const samples = samplesOf(10, () => 100)
    samples[5]!.files = 101
    expect(await violationsOf(samples)).toEqual([
      { what: 'more files than 100', count: 1, rows: [samples[5]] },
    ])
  })

  it('reports a process whose memory is higher from peak to peak', async () => {
    // Collected every four minutes; each time more is alive.
    const growing = (second: number) => 80 + (second % 240) / 10 + second / 12
    const [violation] = await violationsOf(samplesOf(1_080, growing))
    expect(violation).toMatchObject({
      what: 'memory grows',
      rows: [{ process: 'relay-1', minutes: 18, peakMb: 163.8, growth: 0.122 }],
    })
    expect(await violationsOf(samplesOf(840, growing))).toEqual([])
    const restarted = samplesOf(1_080, growing).map((one) => ({ ...one, pid: one.at < 540_000 ? 7 : 8 }))
    expect(await violationsOf(restarted)).toEqual([])
  })

  it('takes neither the rise and fall of a heap for growth, nor its warm-up', async () => {
    expect(await violationsOf(samplesOf(1_080, (second) => 80 + ((second + 120) % 240) / 3))).toEqual([])
    expect(await violationsOf(samplesOf(1_080, (second) => (second < 360 ? 60 : 120)))).toEqual([])
  })
})
