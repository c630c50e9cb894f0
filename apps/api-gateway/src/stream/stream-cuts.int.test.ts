/** A stream that is cut again and again shows each event once and in order, whatever process it goes on in. */
import { eventually } from '@infinite-scribe/testing'
import { granted, openSession, send } from '../service-fixture.test'
import { StreamFixture, type Reader, type Replica } from './streams.kit.test'

let fixture: StreamFixture
beforeAll(async () => {
  fixture = await StreamFixture.open()
})
afterAll(() => fixture.close())

const EVENTS = 2_000
const CUTS = 50
const SESSIONS = 8
const EACH = EVENTS / SESSIONS
/** Of another service, which writes beside the gateways: some of its commits come late, behind others' greater ids. */
const LATE = 40

/** A client that is cut off and goes on, each time through the next replica. */
class CutReader {
  readonly shown: string[] = []
  private position: string | undefined
  private turn = 0

  constructor(
    private readonly replicas: readonly Replica[],
    private readonly sessionId?: string,
  ) {}

  async open(): Promise<Reader> {
    const replica = this.replicas[(this.turn += 1) % this.replicas.length]!
    return replica.read('ann', {
      ...(this.sessionId !== undefined && { sessionId: this.sessionId }),
      ...(this.position !== undefined && { lastEventId: this.position }),
    })
  }

  /** Takes what was read; of a connection that was cut (`cutAt` below 1) only the beginning had come through. */
  leave(reader: Reader, cutAt = 1): void {
    reader.cut()
    const frames = reader.frames.slice(0, Math.ceil(reader.frames.length * cutAt))
    for (const { id, event, data } of frames) {
      this.position = id ?? this.position
      if (event !== undefined) this.shown.push(`${data.aggregate_id}:${data.aggregate_version}`)
    }
  }

  /** Whoever was never told a position has nothing to go on from. */
  async begin(): Promise<void> {
    const first = await this.open()
    await eventually(() => first.position)
    this.leave(first)
  }

  async readWhile(written: () => number): Promise<void> {
    for (let cut = 0; cut < CUTS; cut += 1) {
      const reader = await this.open()
      const until = Math.min(EVENTS, written() + Math.random() * (EVENTS / CUTS) * 1.6)
      await eventually(() => written() >= until, 60_000, 1)
      this.leave(reader, Math.random())
    }
  }

  async finish(count: number): Promise<void> {
    const last = await this.open()
    await eventually(() => this.shown.length + last.shown.length >= count, 60_000)
    this.leave(last)
  }
}

it('shows each event once and in order, cut 50 times while 2,000 events are written through two replicas', async () => {
  // Small answers, so that cuts fall into the middle of batches.
  const replicas = [fixture.replica({ batchSize: 9 }), fixture.replica()]
  const writers = [fixture.writer(), fixture.writer()]
  const sessions = await Promise.all(Array.from({ length: SESSIONS }, () => openSession(writers[0]!, 'ann')))
  const foreign = await fixture.newSession('ann')
  const ofUser = new CutReader(replicas)
  const ofSession = new CutReader(replicas, sessions[0])
  await Promise.all([ofUser.begin(), ofSession.begin()])

  let written = 0
  const writing = sessions.map(async (session, index) => {
    for (let count = 0; count < EACH; count += 1) {
      granted(await send(writers[(count + index) % 2]!, session, 'SubmitFeedback', {}, { owner: 'ann' }))
      written += 1
    }
  })
  const writingLate = async () => {
    for (let count = 0; count < LATE; count += 1) {
      const late = await fixture.begin()
      await fixture.append(foreign, late.client)
      await eventually(() => written >= (EVENTS * count) / LATE + Math.random() * 40, 60_000, 1)
      await late.commit()
      await fixture.wake()
    }
  }
  await Promise.all([
    ...writing,
    writingLate(),
    ofUser.readWhile(() => written),
    ofSession.readWhile(() => written),
  ])
  await Promise.all([ofUser.finish(EVENTS + LATE), ofSession.finish(EACH)])

  // The first event of a session, its opening, was written before anybody read.
  const history = (session: string, from: number, count: number) =>
    Array.from({ length: count }, (_, index) => `${session}:${from + index}`)
  for (const session of sessions)
    expect(ofUser.shown.filter((event) => event.startsWith(session))).toEqual(history(session, 2, EACH))
  expect(ofUser.shown.filter((event) => event.startsWith(foreign))).toEqual(history(foreign, 1, LATE))
  expect(ofUser.shown).toHaveLength(EVENTS + LATE)
  expect(ofSession.shown).toEqual(history(sessions[0]!, 2, EACH))
}, 180_000)
