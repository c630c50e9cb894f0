/** `.stack/stack.json`: what tools may know of the running stack. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readPidFile } from '../processes/pid-file'
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

/** The process of `npm start`. */
export const OWNER_FILE = join(STACK_FOLDER, 'supervisor.json')

export const STACK_FILE = join(STACK_FOLDER, 'stack.json')

/** Replaces a JSON file whole: a reader sees the old one or the new one. Only its owner may read it. */
export const writeJson = (file: string, content: unknown): void => {
  mkdirSync(dirname(file), { recursive: true })
  const partial = `${file}.${process.pid}`
  writeFileSync(partial, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  renameSync(partial, file)
}

/** The content, or undefined if there is none that can be read. */
export const readJson = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/** Of the stack that runs here; what a killed one left is not believed. */
export const readStackFile = (): StackFile | undefined =>
  readPidFile(OWNER_FILE) === undefined ? undefined : (readJson(STACK_FILE) as StackFile | undefined)

export const removeStackFile = (): void => {
  for (const file of [STACK_FILE, OWNER_FILE]) rmSync(file, { force: true })
}
