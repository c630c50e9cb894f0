#!/usr/bin/env node
/** The composition root of the gateway: environment, services, servers, signals. */
import {
  ConfigurationError,
  createLogger,
  describeError,
  EX_CONFIG,
  startTracing,
  type Logger,
} from '@infinite-scribe/service-kit'
import { readGatewaySettings, SERVICE_TYPE, type GatewaySettings } from './config'
import { startGateway } from './gateway'
import { createServices } from './services'
import { onSignal, type Running } from './shutdown'

// What is left to do when the requests have had their time: close the servers and the connections.
const CLOSING_MS = 5_000

async function run(settings: GatewaySettings): Promise<void> {
  const logger = createLogger(SERVICE_TYPE, settings.logLevel)
  const starting = start(settings, logger)
  const stop = onSignal({
    starting,
    logger,
    overdueMs: settings.shutdownTimeoutMs + CLOSING_MS,
    exit: (code) => exitAfterLog(logger, code),
  })
  // Before anything is awaited: a signal that nobody listens for ends the process in the middle of its start.
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  process.on('unhandledRejection', (error) => {
    logger.error('a promise was rejected that nobody awaited', { error: describeError(error) })
  })
  await starting
}

async function start(settings: GatewaySettings, logger: Logger): Promise<Running> {
  const tracing = await startTracing(
    { service: SERVICE_TYPE, endpoint: settings.otlpEndpoint },
    (message, details) => logger.warn(message, details),
  )
  const services = createServices({ settings, logger, tracing })
  const gateway = await startGateway(settings, services, logger, { tracing })
  services.start()
  return { gateway, services, tracing }
}

// What an outage still holds open must not keep the process; nor must a log that nobody reads.
function exitAfterLog(logger: Logger, code: number): void {
  setTimeout(() => process.exit(code), 1_000)
  logger.on('finish', () => process.exit(code)).end()
}

function readSettingsOrExit(): GatewaySettings {
  try {
    return readGatewaySettings(process.env)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    for (const fault of error.faults) process.stderr.write(`${fault}\n`)
    process.exit(EX_CONFIG)
  }
}

run(readSettingsOrExit()).catch((error: unknown) => {
  process.stderr.write(`the gateway could not start: ${(error as Error).message}\n`)
  process.exit(1)
})
