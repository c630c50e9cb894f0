/** Commits commands at planned moments through a command service of its own, as another replica of the gateway would. */
import { isRefusal } from '@infinite-scribe/api-gateway/dist/outcome'
import { createServices } from '@infinite-scribe/api-gateway/dist/services'
import { openLoop } from '../measure/load-loops'
import { FEEDBACK, ownerOf, sessionId } from '../seed/sessions'
import { runWorker } from './worker'

export interface CommandWriterJob {
  readonly databaseUrl: string
  readonly perSecond: number
  /** The commands go to the first so many sessions, in turn. */
  readonly sessions: number
  readonly warmUpMs: number
  readonly measureMs: number
}

/** The moment of each commit in milliseconds of the machine's monotonic clock, by the command's id. */
export type CommandCommits = readonly (readonly [commandId: string, committedAtMs: number])[]

const CONNECTIONS = 10

runWorker<CommandWriterJob>(async ({ job, ready, mark }) => {
  const services = createServices({
    settings: {
      databaseUrl: job.databaseUrl,
      databasePoolMax: CONNECTIONS,
      eventsTopic: 'bench',
      eventMaxBytes: 900_000,
      commandTimeoutSeconds: 900,
    },
    logger: { warn: console.error, info: console.error } as never,
  })
  const commits: [string, number][] = []
  let measuring = false
  await services.readiness.check()
  await ready()
  const load = await openLoop(
    {
      ...job,
      mark: (moment) => {
        measuring = moment === 'begin'
        mark(moment)
      },
    },
    async (number) => {
      const session = number % job.sessions
      const answer = await services.commands.processCommand({
        caller: { sub: ownerOf(session), scopes: new Set<string>() },
        sessionId: sessionId(session),
        commandType: 'SubmitFeedback',
        payload: FEEDBACK,
        requestId: `bench-${number}`,
      })
      if (isRefusal(answer)) throw new Error(`${answer.code}: ${answer.message}`)
      if (measuring) commits.push([answer.commandId, Number(process.hrtime.bigint()) / 1e6])
    },
  )
  await services.stop()
  return { load, commits }
})
