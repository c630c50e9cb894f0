/** The Express application: what every request passes, and the routers, in order. */
import cors from 'cors'
import express, { type Express } from 'express'
import type { CommandPort, ReadinessPort, SessionPort, StreamPort, TaskPort, TicketPort } from './ports'
import { healthRoutes } from './health/health-routes'
import type { Admission } from './http/admission'
import type { Drain } from './http/drain'
import { rateGate } from './http/limit-rate'
import { markUndecodablePath, mountEndpoints } from './http/mount-endpoints'
import { requireHost } from './http/require-host'
import { strictHeaders } from './http/strict-headers'
import type { TokenVerifier } from './http/verify-token'
import { describeInterface } from './interface'
import { openApiRoutes } from './openapi/openapi-routes'
import { streamRoutes } from './stream/stream-routes'

const EXPOSED_HEADERS = [
  'Location',
  'X-Request-Id',
  'Retry-After',
  'RateLimit',
  'RateLimit-Policy',
  'Idempotent-Replayed',
]
const PREFLIGHT_MAX_AGE_SECONDS = 600

export interface AppSettings {
  /** Exact origins; none keeps browsers of other origins out. */
  readonly corsOrigins: readonly string[]
  readonly commandsPerSecond: number
}

export interface AppParts {
  readonly commands: CommandPort
  readonly sessions: SessionPort
  readonly tasks: TaskPort
  readonly readiness: ReadinessPort
  readonly streams: StreamPort
  readonly tickets: TicketPort
  readonly tokens: TokenVerifier
  readonly admission: Admission
  readonly drain: Drain
}

/** The application; a request reaches it after the server has given it an id. */
export function createApp(settings: AppSettings, parts: AppParts): Express {
  const app = express()
  app.disable('x-powered-by').disable('etag').enable('case sensitive routing').set('query parser', 'simple')
  app.use(strictHeaders)
  app.use(requireHost)
  app.use(
    cors({
      origin: settings.corsOrigins.length > 0 ? [...settings.corsOrigins] : false,
      methods: ['GET', 'POST'],
      exposedHeaders: EXPOSED_HEADERS,
      maxAge: PREFLIGHT_MAX_AGE_SECONDS,
      // The route answers, for only it knows whether it exists.
      preflightContinue: true,
    }),
  )
  app.use(healthRoutes(parts.readiness, () => parts.drain.stopping))
  app.use(parts.drain.refuseWhenStopping)
  app.use(markUndecodablePath)
  const { endpoints, document } = describeInterface(parts)
  // What is asked for most comes first: every route before it is compared with the path.
  app.use(
    mountEndpoints(endpoints, {
      tokens: parts.tokens,
      limitRate: rateGate(settings.commandsPerSecond),
      admission: parts.admission,
    }),
  )
  app.use(streamRoutes(parts))
  app.use(openApiRoutes(document))
  return app
}
