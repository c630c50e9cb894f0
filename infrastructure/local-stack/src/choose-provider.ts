/** Picks where the stack's PostgreSQL and Kafka come from: the first provider that applies. */
import { containersProvider } from './containers/containers-provider'
import { dockerAnswers } from './containers/docker-engine'
import { externalProvider } from './external/external-provider'
import { missingForNative, nativeProvider } from './native/native-provider'
import {
  PROVIDER_NAMES,
  StackRefusal,
  type ProviderName,
  type ServerPorts,
  type ServerPurpose,
  type StackProvider,
} from './provider'
import type { RunFolder } from './runs/run-folder'

export type Environment = Readonly<Record<string, string | undefined>>

const given = (value: string | undefined): value is string => value !== undefined && value.trim() !== ''

/** Why a provider cannot be used here; undefined when it can. */
export const obstacleTo = async (
  name: ProviderName,
  environment: Environment,
): Promise<string | undefined> => {
  switch (name) {
    case 'external': {
      const absent = ['DATABASE_URL', 'KAFKA_BROKERS'].filter((variable) => !given(environment[variable]))
      return absent.length === 0 ? undefined : `${absent.join(' and ')} not set`
    }
    case 'containers':
      return (await dockerAnswers()) ? undefined : 'no Docker engine answers'
    case 'native': {
      const missing = missingForNative()
      return missing.length === 0 ? undefined : `missing: ${missing.join(', ')}`
    }
  }
}

/**
 * The name of the provider to use: `STACK_PROVIDER` if set, else the first of external, containers, native
 * that this machine can run.
 * @throws StackRefusal with what to install when there is none.
 */
export const chooseProvider = async (environment: Environment): Promise<ProviderName> => {
  const wanted = environment.STACK_PROVIDER
  if (given(wanted)) {
    const name = PROVIDER_NAMES.find((candidate) => candidate === wanted)
    if (name === undefined) {
      throw new StackRefusal(`STACK_PROVIDER=${wanted}: must be one of ${PROVIDER_NAMES.join(', ')}`)
    }
    const obstacle = await obstacleTo(name, environment)
    if (obstacle !== undefined) throw new StackRefusal(`STACK_PROVIDER=${name} cannot be used: ${obstacle}`)
    return name
  }
  const obstacles: string[] = []
  for (const name of PROVIDER_NAMES) {
    const obstacle = await obstacleTo(name, environment)
    if (obstacle === undefined) return name
    obstacles.push(`  ${name.padEnd(10)}  ${obstacle}`)
  }
  throw new StackRefusal(
    [
      'No PostgreSQL and Kafka to be had. Do one of these and try again:',
      '  - start a Docker engine, or',
      '  - install Java 11 or newer and Maven, or',
      '  - set DATABASE_URL and KAFKA_BROKERS to servers of your own.',
      'What was found:',
      ...obstacles,
    ].join('\n'),
  )
}

/**
 * Makes the provider, with its data and logs in the run's folder. Nothing runs until it is started.
 * @param ports preferred by servers of its own, where they are free
 */
export const openProvider = async (
  name: ProviderName,
  run: RunFolder,
  environment: Environment,
  ports: ServerPorts = {},
  purpose?: ServerPurpose,
): Promise<StackProvider> => {
  switch (name) {
    case 'external':
      return externalProvider(environment.DATABASE_URL ?? '', environment.KAFKA_BROKERS ?? '')
    case 'containers':
      return containersProvider(run, ports)
    case 'native':
      return nativeProvider(run, [], ports, purpose)
  }
}
