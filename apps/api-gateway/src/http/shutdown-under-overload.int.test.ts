/** A process that ends while more is asked of it than it can do: who never ran is told so, and at once. */
import { randomUUID } from 'node:crypto'
import { eventually, signTestToken } from '@infinite-scribe/testing'
import { ADMISSION_LIMITS } from './admission'
import { runGateway, type RunningGateway } from './running-gateway.kit.test'

const { atWork } = ADMISSION_LIMITS
const USERS = atWork + 12

let gateway: RunningGateway
let openGate: () => void
let atTheGate = 0
beforeAll(async () => {
  const gate = new Promise<void>((resolve) => (openGate = resolve))
  gateway = await runGateway({
    // Shorter than the patience of those in the line.
    environment: { SHUTDOWN_TIMEOUT: '0.2' },
    services: ({ sessions }) => ({
      sessions: Object.assign(Object.create(sessions) as typeof sessions, {
        open: async (...request: Parameters<typeof sessions.open>) => {
          atTheGate++
          await gate
          return sessions.open(...request)
        },
      }),
    }),
  })
  const live = () => gateway.call({ path: '/health/live', token: null })
  // Reads the document by which answers are checked, and opens the connections, while there is somebody to ask.
  await live()
  await Promise.all(Array.from({ length: USERS }, live))
})
afterAll(async () => {
  openGate()
  await gateway.close()
})

it('leaves unknown only what became of those that were at work when the time is up', async () => {
  const open = async () => {
    const token = signTestToken(randomUUID())
    const { body } = await gateway.call({ method: 'POST', path: '/genesis/sessions', token })
    return String(body.error_code)
  }
  const answers = Array.from({ length: USERS }, open)
  await eventually(() => atTheGate === atWork, 30_000)
  await gateway.stop()
  const codes = await Promise.all(answers)
  expect(codes.filter((code) => code === 'OUTCOME_UNKNOWN')).toHaveLength(atWork)
  expect(codes.filter((code) => code === 'SHUTTING_DOWN')).toHaveLength(USERS - atWork)
})
