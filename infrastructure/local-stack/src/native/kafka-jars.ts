/** Brings Kafka's jars into the cache that all clones share, by Maven, once. */
import { spawn, spawnSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import { withFileLock } from '../file-lock'
import { tailOf } from '../processes/owned-process'
import { REPOSITORY_ROOT, sharedCacheFolder } from '../repository'

const POM = join(REPOSITORY_ROOT, 'infrastructure/kafka/pom.xml')
/** A first download over a slow line. */
const DOWNLOAD_TIMEOUT_MS = 10 * 60_000

const cacheFolder = (): string => {
  const edition = createHash('sha256').update(readFileSync(POM)).digest('hex').slice(0, 8)
  return join(sharedCacheFolder(), `kafka-3.7.0-${edition}`)
}

/** Whether the jars are there already, so that Maven is not needed. */
export const kafkaJarsCached = (): boolean => existsSync(join(cacheFolder(), 'libs'))

export const hasMaven = (): boolean => spawnSync('mvn', ['--version'], { stdio: 'ignore' }).status === 0

/** The folder of Kafka's jars; downloads them the first time. Two clones may ask at once. */
export const kafkaJars = async (logFile: string, signal: AbortSignal): Promise<string> => {
  const cache = cacheFolder()
  const libs = join(cache, 'libs')
  if (existsSync(libs)) return libs
  // One at a time: Maven's own repository is not made for two that fill it at once.
  await withFileLock(`${cache}.lock`, DOWNLOAD_TIMEOUT_MS, async () => {
    signal.throwIfAborted()
    if (existsSync(libs)) return
    removeRests(cache)
    const partial = `${cache}.partial-${randomUUID()}`
    mkdirSync(partial, { recursive: true })
    try {
      await copyDependencies(join(partial, 'libs'), logFile, signal)
      renameSync(partial, cache)
    } catch (error) {
      rmSync(partial, { recursive: true, force: true })
      if (!existsSync(libs)) throw error
    }
  })
  return libs
}

/** What a killed download left. The lock is held, so nobody else is at it. */
const removeRests = (cache: string): void => {
  const folder = sharedCacheFolder()
  for (const entry of readdirSync(folder)) {
    const path = join(folder, entry)
    if (path.startsWith(`${cache}.partial-`)) rmSync(path, { recursive: true, force: true })
  }
}

const copyDependencies = (output: string, logFile: string, signal: AbortSignal): Promise<void> => {
  const log = openSync(logFile, 'a')
  return new Promise<void>((resolve, reject) => {
    const child = spawn(
      'mvn',
      [
        '-B',
        '-f',
        POM,
        'dependency:copy-dependencies',
        '-DincludeScope=runtime',
        `-DoutputDirectory=${output}`,
      ],
      { stdio: ['ignore', log, log], signal },
    )
    child.once('error', (cause) => reject(new Error('Maven (mvn) could not be run', { cause })))
    child.once('exit', (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`Maven could not fetch Kafka (exit code ${String(code)})\n${tailOf(logFile, 4)}`)),
    )
  }).finally(() => closeSync(log))
}
