/** The running gateway: its two servers, how they start, and how they end without a request unanswered. */
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger, Tracing } from '@infinite-scribe/service-kit'
import { createApp, type AppParts } from './app'
import type { GatewaySettings } from './config'
import { createAdminServer } from './health/admin-server'
import { GatewayMetrics, type MeasuredAtScrape } from './health/metrics'
import { Admission } from './http/admission'
import { Drain } from './http/drain'
import { jwksLookup } from './http/jwks-keys'
import { logWhenClosed } from './http/log-request'
import { rememberTokens } from './http/remember-tokens'
import { beginFacts } from './http/request-facts'
import { readTraceparent } from './http/request-headers'
import { requestIdFrom } from './http/request-id'
import { createHttpServer, type ServerLimits } from './http/server'
import type { TokenPolicy } from './http/verify-token'
import type { JwtSettings } from './jwt-config'
import type { Services } from './services'
import { traceRequest } from './tracing/trace-request'

export type GatewayServices = Omit<AppParts, 'tokens' | 'admission' | 'drain'> &
  Pick<Services, MeasuredAtScrape>

export interface GatewayOptions {
  readonly limits?: ServerLimits
  /** Where there is a collector. */
  readonly tracing?: Tracing | undefined
}

export interface Gateway {
  readonly port: number
  readonly adminPort: number
  /** Answers what is under way, refuses what arrives, and closes, within the time-out of the settings. */
  stop(): Promise<void>
}

/**
 * Starts both servers.
 * @throws when a port is taken.
 */
export async function startGateway(
  settings: GatewaySettings,
  services: GatewayServices,
  logger: Logger,
  { limits, tracing }: GatewayOptions = {},
): Promise<Gateway> {
  const admission = new Admission()
  const drain = new Drain()
  const metrics = new GatewayMetrics(services)
  const commands = metrics.measured(services.commands)
  const app = createApp(settings, {
    ...services,
    commands,
    tokens: rememberTokens(tokenPolicy(settings.jwt)),
    admission,
    drain,
  })
  const server = createHttpServer(
    app,
    (request, response) => {
      const { headers } = request
      const { requestId } = beginFacts(
        response,
        requestIdFrom(headers['x-request-id']),
        readTraceparent(headers),
      )
      if (tracing) traceRequest(tracing, request, response)
      response.setHeader('X-Request-Id', requestId)
      drain.begin(response)
      logWhenClosed(request, response, logger)
      metrics.observe(request, response)
    },
    limits,
  )
  const admin = createAdminServer(metrics)
  const port = await listen(server, settings.port)
  const adminPort = await listen(admin, settings.adminPort).catch(async (error: unknown) => {
    await close(server)
    throw error
  })
  logger.info('listening', { port, admin_port: adminPort })
  return {
    port,
    adminPort,
    stop: async () => {
      drain.stop()
      admission.stop(settings.shutdownTimeoutMs)
      services.streams.endAll()
      if (!(await drain.idle(settings.shutdownTimeoutMs))) {
        logger.warn('requests were under way when the time to shut down was up')
        drain.abandon()
      }
      await Promise.all([close(server), close(admin)])
    },
  }
}

function tokenPolicy({ source, ...rest }: JwtSettings): TokenPolicy {
  const keyFor = 'key' in source ? () => source.key : jwksLookup(source.jwksUrl)
  return { ...rest, keyFor, now: Date.now }
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** Ends idle connections at once, and the others a moment after their last byte was written. */
async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  const timer = setTimeout(() => server.closeAllConnections(), LINGER_MS)
  await closed
  clearTimeout(timer)
}

const LINGER_MS = 500
