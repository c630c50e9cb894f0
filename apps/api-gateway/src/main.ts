#!/usr/bin/env node
/** The composition root of the gateway: environment, services, servers, signals. */
import { ConfigurationError, createLogger, describeError, EX_CONFIG } from '@infinite-scribe/service-kit'
import { readGatewaySettings, SERVICE_TYPE, type GatewaySettings } from './config'
import { startGateway } from './gateway'
import { createServices } from './services'

async function run(settings: GatewaySettings): Promise<void> {
  const logger = createLogger(SERVICE_TYPE, settings.logLevel)
  const services = createServices({ settings, logger })
  const gateway = await startGateway(settings, services, logger)
  services.start()

  let stopping = false
  const stop = (signal: string) => {
    if (stopping) return
    stopping = true
    logger.info('stopping', { signal })
    void gateway
      .stop()
      .then(() => services.stop())
      .then(() => {
        logger.info('stopped')
        // What an outage still holds open must not keep the process.
        logger.on('finish', () => process.exit(0)).end()
      })
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  process.on('unhandledRejection', (error) => {
    logger.error('a promise was rejected that nobody awaited', { error: describeError(error) })
  })
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
