/** Health and metrics over HTTP. */
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type NextFunction, type Request, type Response } from 'express'
import type { Registry } from 'prom-client'

export interface Readiness {
  readonly ready: boolean
  /** Why it is not ready, for people. */
  readonly reasons: readonly string[]
  /** Figures beside the verdict. */
  readonly details: Readonly<Record<string, unknown>>
}

export interface HealthServer {
  readonly port: number
  close(): Promise<void>
}

/**
 * Answers /health, /health/live, /health/ready and /metrics.
 * @param port 0 lets the system choose
 * @throws when the port is taken
 */
export async function startHealthServer(
  port: number,
  readiness: () => Readiness | Promise<Readiness>,
  metrics: Registry,
): Promise<HealthServer> {
  const app = express()
  app.disable('x-powered-by')
  const ready = async (_: unknown, response: Response): Promise<void> => {
    const { ready, reasons, details } = await readiness()
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not_ready', reasons, ...details })
  }
  app.get('/health', ready)
  app.get('/health/ready', ready)
  app.get('/health/live', (_, response) => {
    response.json({ status: 'live' })
  })
  app.get('/metrics', async (_, response) => {
    response.type(metrics.contentType).send(await metrics.metrics())
  })
  app.use((_, response) => {
    response.status(404).json({ error_code: 'NOT_FOUND', message: 'There is no such resource' })
  })
  // Express knows an error handler by its four parameters; its own answers HTML with a stack.
  app.use((error: { status?: unknown }, _: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) next(error)
    else if (error.status === 400) {
      response.status(400).json({ error_code: 'INVALID_PATH', message: 'The path cannot be decoded' })
    } else response.status(500).json({ error_code: 'INTERNAL_ERROR', message: 'The request failed' })
  })
  const server: Server = app.listen(port)
  // A rejection here is the port taken.
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
