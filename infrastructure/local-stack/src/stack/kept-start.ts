/** What the next `npm start` takes over beside the data: the key of the tokens, and the servers' ports. */
import { join } from 'node:path'
import type { ServerPorts } from '../provider'
import { newSecret } from './credentials'
import { readJson, writeJson, type StackFile } from './stack-file'

export interface KeptStart {
  readonly secret: string
  readonly ports: ServerPorts
}

const fileIn = (folder: string): string => join(folder, 'kept.json')

/** What was kept in the run's folder; a new key and no ports where nothing was. */
export const readKeptStart = (folder: string): KeptStart => {
  const { secret, ports } = (readJson(fileIn(folder)) ?? {}) as Partial<KeptStart>
  return { secret: secret ?? newSecret(), ports: ports ?? {} }
}

/** Keeps `secret`, and the ports of the stack's own servers; only the owner may read the file. */
export const keepStart = (
  folder: string,
  secret: string,
  { provider, database_url, kafka_brokers }: Pick<StackFile, 'provider' | 'database_url' | 'kafka_brokers'>,
): void => {
  const ports: ServerPorts =
    provider === 'external'
      ? {}
      : { postgres: portOf(database_url), kafka: portOf(`kafka://${kafka_brokers}`) }
  writeJson(fileIn(folder), { secret, ports } satisfies KeptStart)
}

const portOf = (url: string): number => Number(new URL(url).port)
