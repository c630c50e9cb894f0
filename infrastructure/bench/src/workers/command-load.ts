/** Sends commands to the command service itself, without HTTP: the product's own services in this process. */
import { randomUUID } from 'node:crypto'
import { createServices } from '@infinite-scribe/api-gateway/dist/services'
import { isRefusal } from '@infinite-scribe/api-gateway/dist/outcome'
import { closedLoop } from '../measure/load-loops'
import { FEEDBACK, ownerOf, sessionId, SESSIONS } from '../seed/sessions'
import { runWorker } from './worker'

export interface CommandLoadJob {
  readonly databaseUrl: string
  readonly connections: number
  readonly inFlight: number
  readonly warmUpMs: number
  readonly measureMs: number
}

runWorker<CommandLoadJob>(async ({ job, ready, mark }) => {
  const services = createServices({
    settings: {
      databaseUrl: job.databaseUrl,
      databasePoolMax: job.connections,
      eventsTopic: 'bench',
      eventMaxBytes: 900_000,
      commandTimeoutSeconds: 900,
    },
    logger: { warn: console.error, info: console.error } as never,
  })
  const sessions = Array.from({ length: SESSIONS }, (_, number) => ({
    sessionId: sessionId(number),
    caller: { sub: ownerOf(number), scopes: new Set<string>() },
  }))
  await services.readiness.check()
  await ready()
  const result = await closedLoop({ ...job, mark }, async (sender) => {
    // Each sender has sessions of its own, as each client of pgbench has.
    const turn = Math.floor(Math.random() * Math.floor(SESSIONS / job.inFlight))
    const session = sessions[turn * job.inFlight + sender]
    if (!session) throw new Error('there is no such session')
    const answer = await services.commands.processCommand({
      ...session,
      commandType: 'SubmitFeedback',
      payload: FEEDBACK,
      // As long as pgbench's.
      requestId: randomUUID(),
    })
    if (isRefusal(answer)) throw new Error(`${answer.code}: ${answer.message}`)
  })
  await services.stop()
  return result
})
