/** Who shares a statement with whom, and what becomes of those who wait for too long. */
import { SharedStatements, type Asker } from './shared-statements'

type Sent = readonly Asker<string, string>[]

function opened(underWay: number, together: number) {
  const sent: { asked: string[]; done: () => void }[] = []
  const statements = new SharedStatements<string, string>({ underWay, together }, (askers: Sent) => {
    const { promise, resolve } = withResolver()
    sent.push({
      asked: askers.map(({ asked }) => asked),
      done: () => {
        for (const asker of askers) asker.resolve(`${asker.asked}!`)
        resolve()
      },
    })
    return promise
  })
  return { statements, sent, asked: () => sent.map(({ asked }) => asked.join('')) }
}

function withResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void
  const promise = new Promise<void>((settle) => (resolve = settle))
  return { promise, resolve }
}

const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

it('sends what finds a free place at once, and what comes meanwhile together', async () => {
  const { statements, sent, asked } = opened(2, 3)
  const answers = [statements.ask('a')]
  await turn()
  answers.push(statements.ask('b'))
  await turn()
  for (const one of ['c', 'd', 'e', 'f']) answers.push(statements.ask(one))
  await turn()
  expect(asked()).toEqual(['a', 'b'])
  sent[1]!.done()
  await turn()
  expect(asked()).toEqual(['a', 'b', 'cde'])
  sent[0]!.done()
  await turn()
  expect(asked()).toEqual(['a', 'b', 'cde', 'f'])
  for (const { done } of sent.slice(2)) done()
  expect(await Promise.all(answers)).toEqual(['a!', 'b!', 'c!', 'd!', 'e!', 'f!'])
})

it('lets those who ask at the same moment share even the first', async () => {
  const { statements, asked } = opened(2, 3)
  void statements.ask('a')
  void statements.ask('b')
  await turn()
  expect(asked()).toEqual(['ab'])
})

it('tells who waited for too long that nothing was sent, and sends nothing of him later', async () => {
  const { statements, sent, asked } = opened(1, 3)
  const first = statements.ask('a')
  await turn()
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] })
  const late = statements.ask('b')
  jest.advanceTimersByTime(1_500)
  jest.useRealTimers()
  await expect(late).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
  sent[0]!.done()
  expect(await first).toBe('a!')
  await turn()
  expect(asked()).toEqual(['a'])
})

it('tells all who wait at that moment, too, when nothing could be sent', async () => {
  const away = new Error('away')
  let refuse: () => void = () => undefined
  const send = jest.fn(() => new Promise<void>((_, reject) => (refuse = () => reject(away))))
  const statements = new SharedStatements<string, string>({ underWay: 1, together: 1 }, send)
  const all = ['a', 'b', 'c'].map((one) => statements.ask(one).catch((error: unknown) => error))
  await turn()
  refuse()
  expect(await Promise.all(all)).toEqual([away, away, away])
  expect(send).toHaveBeenCalledTimes(1)
  void statements.ask('d')
  await turn()
  expect(send).toHaveBeenCalledTimes(2)
})
