/** A stream that is cut again and again shows each event once and in order, whatever process it goes on in. */
import { setTimeout as delay } from 'node:timers/promises'
import { eventually } from '@infinite-scribe/testing'
import { StreamFixture, type Reader, type Replica } from './streams.kit.test'

let fixture: StreamFixture
beforeAll(async () => {
  fixture = await StreamFixture.open()
})
afterAll(() => fixture.close())

const EVENTS = 2_000
const CUTS = 50
const SESSIONS = 8

describe.each([
  ['all sessions', false],
  ['one session', true],
])('a stream of %s, cut 50 times while 2,000 events are written', (_name, one) => {
  it('shows each event once, and each session in order', async () => {
    const user = `reader of ${_name}`
    const sessions = await Promise.all(Array.from({ length: SESSIONS }, () => fixture.newSession(user)))
    const wanted = one ? sessions.slice(0, 1) : sessions
    // Small answers, so that cuts fall into the middle of batches.
    const replicas = [fixture.replica({ batchSize: 9 }), fixture.replica()]
    let written = 0
    const write = () =>
      sessions.map(async (session, index) => {
        for (let count = 0; count < EVENTS / SESSIONS; count += 1) {
          // Some commit late, behind others' greater ids.
          const tx = index % 3 === 0 && count % 10 === 0 ? await fixture.begin() : undefined
          await fixture.append(session, tx?.client)
          if (tx) {
            await delay(Math.random() * 5)
            await tx.commit()
          }
          written += 1
          await fixture.wake()
        }
      })
    const target = wanted.length * (EVENTS / SESSIONS)
    const shown: string[] = []
    let position: string | undefined
    const take = (reader: Reader): void => {
      shown.push(...reader.shown)
      position = reader.position ?? position
    }
    const open = (cut: number): Promise<Reader> =>
      (replicas[cut % 2] as Replica).read(user, {
        ...(one && { sessionId: sessions[0]! }),
        ...(position !== undefined && { lastEventId: position }),
      })
    const history = wanted.flatMap((session) =>
      Array.from({ length: EVENTS / SESSIONS }, (_, index) => `${session}:${index + 1}`),
    )

    // Whoever was never told a position has nothing to go on from.
    const first = await open(0)
    await eventually(() => first.position)
    const writing = write()
    first.cut()
    take(first)

    for (let cut = 0; cut < CUTS; cut += 1) {
      const reader = await open(cut)
      const until = written + Math.random() * (EVENTS / CUTS) * 1.6
      await eventually(() => written >= Math.min(until, EVENTS), 20_000, 1)
      reader.cut()
      take(reader)
    }
    await Promise.all(writing)
    const last = await open(0)
    await eventually(() => shown.length + last.events.length >= target)
    take(last)
    last.cut()

    for (const session of wanted) {
      const versions = shown.filter((event) => event.startsWith(session))
      expect(versions).toEqual(history.filter((event) => event.startsWith(session)))
    }
    expect(shown).toHaveLength(target)
  }, 60_000)
})
