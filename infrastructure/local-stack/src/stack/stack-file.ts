/** `.stack/stack.json`: what tools may know of the running stack. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ProviderName } from '../provider'
import { STACK_FOLDER } from '../repository'

export interface StackFile {
  readonly gateway_url: string
  readonly gateway_admin_url: string
  /** The first relay's. */
  readonly relay_url: string
  readonly events_topic: string
  readonly database_url: string
  readonly kafka_brokers: string
  readonly token: string
  /** With the scope `tasks:write`. */
  readonly agent_token: string
  readonly jwt: {
    readonly issuer: string
    readonly audience: string
    readonly algorithm: 'HS256'
    readonly secret: string
  }
  readonly provider: ProviderName
  /** The real processes, where the provider has them; a stopped part has none. */
  readonly pids: {
    readonly postgres?: number
    readonly kafka?: number
    readonly gateway?: number
    readonly relays: readonly number[]
  }
}

export const STACK_FILE = join(STACK_FOLDER, 'stack.json')

/** Replaces a JSON file whole: a reader sees the old one or the new one. Only its owner may read it. */
export const writeJson = (file: string, content: unknown): void => {
  mkdirSync(dirname(file), { recursive: true })
  const partial = `${file}.${process.pid}`
  writeFileSync(partial, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  renameSync(partial, file)
}

export const readJson = <T>(file: string): T | undefined => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T
  } catch {
    return undefined
  }
}

export const readStackFile = (): StackFile | undefined => readJson<StackFile>(STACK_FILE)

export const removeStackFile = (): void => rmSync(STACK_FILE, { force: true })
