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

  it('reports a process that exceeds its bounds, and one whose memory grows', async () => {
    const bounds = { residentMb: 200, files: 100, connections: 20 }
    // Its heap is collected every four minutes; each time more is alive.
    const samples = Array.from({ length: 1_080 }, (_, second) => ({
      at: second * 1_000,
      process: 'relay-1',
      pid: 7,
      residentMb: 80 + (second % 240) / 10 + second / 12,
      files: second === 5 ? 101 : 30,
      connections: 5,
    }))
    const rows = rowsOf(await world.verdict('I10', { bounds, samples }))
    expect(rows).toContainEqual(expect.objectContaining({ files: 101 }))
    expect(rows).toContainEqual(expect.objectContaining({ process: 'relay-1', growth: expect.any(Number) }))
    const level = samples.map((sample) => ({
      ...sample,
      residentMb: sample.residentMb - sample.at / 12_000,
      files: 30,
    }))
    expect((await world.verdict('I10', { bounds, samples: level })).violations).toEqual([])
  })
})
