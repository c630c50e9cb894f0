/** The small parts of the stream: when to look, how many read at once, what a frame looks like. */
import { PassThrough } from 'node:stream'
import { eventFrame, openingFrame, progressFrame } from './frames'
import { limitReads, type Reads } from './limit-reads'
import { OpenStream } from './open-stream'
import { toStreamEvent, type StreamEventRow } from './stream-event'
import { WakeUps } from './wake-ups'

const ROW: StreamEventRow = {
  id: '7',
  event_id: 'e',
  correlation_id: 'c',
  causation_id: null,
  event_type: 'Genesis.Session.Created',
  event_version: 1,
  aggregate_type: 'GENESIS_SESSION',
  aggregate_id: 'a "quoted" id',
  aggregate_version: 3,
  payload: '{"n": 1.50}',
  metadata: '{"user_id": "ann"}',
  created_at: new Date('2026-01-01T10:00:00Z'),
  owner: 'ann',
}

describe('a frame', () => {
  it('keeps what the event carries to the letter, on one line', () => {
    const frame = eventFrame('here', toStreamEvent(ROW)).bytes.toString()
    expect(frame).toMatch(
      /^id: here\nevent: Genesis\.Session\.Created\ndata: \{.*"payload":\{"n": 1\.50\}.*\}\n\n$/,
    )
    expect(JSON.parse(frame.split('data: ')[1]!)).toMatchObject({
      causation_id: null,
      aggregate_id: 'a "quoted" id',
    })
  })

  it('cannot be forged by an event type', () => {
    const frame = eventFrame(
      'here',
      toStreamEvent({ ...ROW, event_type: 'x\ndata: forged\r' }),
    ).bytes.toString()
    expect(frame.split('\n').filter((line) => line.startsWith('data:'))).toHaveLength(1)
  })

  it('of an event that nobody owns belongs to nobody', () => {
    expect(toStreamEvent({ ...ROW, owner: null }).owner).toBe('')
  })

  it('of progress has no id, of the opening no data', () => {
    const progress = { taskId: 't', owner: 'ann', sessionId: 's', progress: 12.5 }
    expect(progressFrame(progress).toString()).toBe(
      'event: task.progress\ndata: {"task_id":"t","progress":12.5}\n\n',
    )
    expect(progressFrame({ ...progress, message: 'm' }).toString()).toContain('"message":"m"')
    expect(openingFrame('here', 2_000).toString()).toBe('retry: 2000\nid: here\n\n')
  })
})

describe('wake-ups', () => {
  const settings = { pollMs: 60_000, gapMs: 60_000 }

  it('let one look stand for many signals, and not follow too soon on the last', async () => {
    const wakeUps = new WakeUps(settings)
    wakeUps.wake()
    wakeUps.wake()
    await wakeUps.next(false)
    let looked = false
    const next = wakeUps.next(false).then(() => (looked = true))
    wakeUps.wake()
    await new Promise((resolve) => setImmediate(resolve))
    expect(looked).toBe(false)
    wakeUps.wakeNow()
    await next
  })

  it('look without a signal when asked to', async () => {
    await new WakeUps({ pollMs: 1, gapMs: 0 }).next(true)
  })

  it('tell of a failure until they are reset', async () => {
    const wakeUps = new WakeUps(settings)
    const waiting = wakeUps.next(false)
    wakeUps.fail(new Error('gone'))
    await expect(waiting).rejects.toThrow('gone')
    await expect(wakeUps.next(true)).rejects.toThrow('gone')
    wakeUps.reset()
    wakeUps.wakeNow()
    await wakeUps.next(false)
  })
})

describe('reads', () => {
  it('run so many at once, the others in turn, and a failed one gives its place on', async () => {
    let running = 0
    let most = 0
    const order: number[] = []
    const reads: Reads = {
      readOne: async (work) => {
        most = Math.max(most, (running += 1))
        try {
          return await work(undefined as never)
        } finally {
          running -= 1
        }
      },
    }
    const limited = limitReads(reads, 2)
    const results = await Promise.allSettled(
      Array.from({ length: 9 }, (_, index) =>
        limited.readOne(async () => {
          await new Promise((resolve) => setImmediate(resolve))
          order.push(index)
          if (index % 3 === 0) throw new Error('failed')
        }),
      ),
    )
    expect(most).toBe(2)
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(3)
    await limited.readOne(() => Promise.resolve())
  })
})

describe('a stream', () => {
  const frame = (version: number, bytes = 'x') => ({ version, bytes: Buffer.from(bytes) })
  const open = (sessionId?: string): { stream: OpenStream; out: PassThrough; closed: () => number } => {
    const stream = new OpenStream({ userId: 'ann', ...(sessionId && { sessionId }) }, 0, 10)
    const out = new PassThrough()
    let closes = 0
    stream.connect(out, 0, () => (closes += 1))
    return { stream, out, closed: () => closes }
  }

  it('holds what is new until it is live', () => {
    const { stream, out } = open()
    stream.offer(frame(1, 'lost, for it was not opened yet'))
    stream.hold()
    stream.offer(frame(1, 'ab'))
    expect(out.read()).toBeNull()
    expect(stream.goLive()).toBe(true)
    stream.offer(frame(2, 'cd'))
    expect(String(out.read())).toBe('abcd')
  })

  it('says when it could not hold it all', () => {
    const { stream } = open()
    stream.hold()
    stream.offer(frame(1, 'more than ten bytes'))
    expect(stream.goLive()).toBe(false)
    stream.hold()
    expect(stream.goLive()).toBe(true)
  })

  it('of one session sends no version twice', async () => {
    const { stream, out } = open('s')
    stream.hold()
    stream.offer(frame(2, 'b'))
    await stream.send(frame(1, 'a'))
    await stream.send(frame(2, 'b'))
    stream.goLive()
    stream.offer(frame(3, 'c'))
    expect(String(out.read())).toBe('abc')
    expect(stream.shownVersion).toBe(3)
  })

  it('that was ended before it had a reader is a whole response, and empty', async () => {
    const stream = new OpenStream({ userId: 'ann' }, 0, 10)
    stream.hold()
    stream.end()
    const out = new PassThrough()
    const sent: Buffer[] = []
    out.on('data', (bytes: Buffer) => sent.push(bytes))
    const closed = new Promise<void>((resolve) => stream.connect(out, 0, resolve))
    stream.sendNow(Buffer.from('too late'))
    await closed
    expect([out.writableFinished, sent, stream.closed]).toEqual([true, [], true])
  })

  it('whose reader went away before it began is closed', () => {
    const stream = new OpenStream({ userId: 'ann' }, 0, 10)
    const out = new PassThrough()
    out.destroy()
    let closed = false
    stream.connect(out, 0, () => (closed = true))
    stream.hold()
    expect([closed, stream.closed, stream.goLive()]).toEqual([true, true, true])
  })
})
