/** Composition root of the message relay: environment, service, signals. */
import { hostname } from 'node:os'
import {
  ConfigurationError,
  createLogger,
  describeError,
  EX_CONFIG,
  startTracing,
} from '@infinite-scribe/service-kit'
import { readConfiguration, type RelayConfiguration } from './config'
import { startRelayService } from './service'

function configurationOrExit(): RelayConfiguration {
  try {
    return readConfiguration(process.env)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    process.stderr.write(error.faults.map((fault) => `message-relay: ${fault}\n`).join(''))
    process.exit(EX_CONFIG)
  }
}

async function main(): Promise<void> {
  const configuration = configurationOrExit()
  const log = createLogger('message-relay', configuration.logLevel)
  // A connection that kafkajs had given up may still fail on its own (kafkajs#1686): the loop learns of an
  // outage by itself, so a stray rejection is told and nothing more.
  process.on('unhandledRejection', (error) => log.warn('a stray rejection', { error: describeError(error) }))
  const tracing = await startTracing(
    { service: 'message-relay', endpoint: configuration.otlpEndpoint },
    (message, details) => log.warn(message, details),
  )
  const service = await startRelayService(configuration, `${hostname()}:${process.pid}`, log, tracing)
  log.info('the relay runs', { http_port: service.httpPort, events_topic: configuration.eventsTopic })

  let stopping = false
  service.running.catch((error: unknown) => {
    if (stopping) return
    log.error('the relay has ended by a fault of its own: whoever runs it is to start it again', {
      error: describeError(error),
    })
    log.on('finish', () => process.exit(1)).end()
  })

  const endAll = async (): Promise<void> => {
    await service.stop()
    await tracing?.stop()
  }
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return
    stopping = true
    log.info('stopping: finishing what is in flight', { signal })
    const overdue = setTimeout(() => {
      log.error(
        'the shutdown took too long; what was in flight is sent again by whoever takes the lanes over',
      )
      process.exit(1)
    }, configuration.shutdownTimeoutMs)
    endAll().then(
      () => {
        clearTimeout(overdue)
        log.info('stopped')
        process.exit(0)
      },
      (error: unknown) => {
        log.error('the shutdown failed', { error: describeError(error) })
        process.exit(1)
      },
    )
  }
  // Not once: a second signal would end the process in the middle of it.
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

main().catch((error: unknown) => {
  process.stderr.write(`message-relay: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
