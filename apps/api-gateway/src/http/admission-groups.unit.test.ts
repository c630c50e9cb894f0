/** Those of a group wait for each other anyway: a crowd of them is one at work, one in the line, and no overload. */
import { ADMISSION_LIMITS } from './admission'
import { askedAdmission, pass, SMALL_LIMITS, type AskedAdmission } from './admission.kit.test'

const CROWD = { group: 'session' }

let asked: AskedAdmission
beforeEach(() => {
  jest.useFakeTimers()
  asked = askedAdmission()
})
afterEach(() => jest.useRealTimers())

it('counts them as one at work', async () => {
  const first = asked.ask('first', CROWD)
  const second = asked.ask('second', CROWD)
  asked.ask('other')
  await pass(0)
  expect(asked.begun).toEqual(['first', 'second', 'other'])
  asked.ask('late')
  await first()
  expect(asked.begun).not.toContain('late')
  await second()
  expect(asked.begun).toContain('late')
})

it('lets in at once whose group has a place, past the line', async () => {
  asked.ask('first', CROWD)
  asked.ask('a')
  asked.ask('b')
  asked.ask('second', CROWD)
  await pass(0)
  expect(asked.begun).toEqual(['first', 'a', 'second'])
})

it('lets all of a group in with the first of it, past those who stand between them', async () => {
  const end = asked.ask('a')
  asked.ask('b')
  asked.ask('first', CROWD)
  asked.ask('between')
  asked.ask('second', CROWD)
  await end()
  expect(asked.begun).toEqual(['a', 'b', 'first', 'second'])
})

it('keeps the place of a group in the line for those of it whose patience is not at its end', async () => {
  const end = asked.ask('a')
  asked.ask('b')
  asked.ask('first', CROWD)
  asked.ask('between')
  await pass(399)
  asked.ask('second', CROWD)
  await pass(0)
  await pass(1)
  expect(asked.decided).toEqual(['first waited_too_long', 'between waited_too_long'])
  asked.ask('after')
  await end()
  expect(asked.begun).toEqual(['a', 'b', 'second'])
})

it('takes no crowd for overload: strangers who come later wait behind it and are served', async () => {
  asked = askedAdmission(ADMISSION_LIMITS)
  const atWork = Array.from({ length: ADMISSION_LIMITS.atWork }, (_, number) =>
    asked.ask(`at work ${number}`),
  )
  const members = ADMISSION_LIMITS.line + 1
  for (let member = 0; member < members; member++) asked.ask('crowd', CROWD)
  await pass(ADMISSION_LIMITS.overloadedAfterMs + 10)
  // More than the line may hold under overload.
  for (let stranger = 0; stranger < 30; stranger++) asked.ask('stranger')
  await pass(50)
  for (const end of atWork.slice(0, 3)) await end()
  expect(asked.begun.slice(ADMISSION_LIMITS.atWork)).toEqual([
    ...Array.from({ length: members }, () => 'crowd'),
    'stranger',
    'stranger',
  ])
  expect(asked.decided).toEqual([])
})

it('refuses all of a group that came when the line was full, each a second after he came', async () => {
  for (const name of ['a', 'b', 'c', 'd', 'e']) asked.ask(name)
  await pass(50)
  asked.ask('first', CROWD)
  await pass(50)
  asked.ask('second', CROWD)
  await pass(1)
  asked.ask('stranger')
  expect(asked.decided).toEqual(['d', 'e', 'first', 'second', 'stranger'].map((name) => `${name} overload`))
  await pass(949)
  expect(asked.told).toContain('first SERVICE_UNAVAILABLE')
  expect(asked.told).not.toContain('second SERVICE_UNAVAILABLE')
})

it('holds no more of a crowd in memory than may be held', async () => {
  for (const name of ['a', 'b']) asked.ask(name)
  for (let member = 1; member <= SMALL_LIMITS.mostHeld + 1; member++) asked.ask(`member ${member}`, CROWD)
  await pass(0)
  expect(asked.decided).toEqual([`member ${SMALL_LIMITS.mostHeld + 1} overload`])
})
