/** A lock between processes: a file that names its holder, so that a dead holder's lock is not obeyed. */
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { identify, readPidFile, removePidFile } from './processes/pid-file'
import { waitUntil } from './wait-until'

/** Takes the lock if nobody alive holds it. */
const tryLock = (file: string): true | undefined => {
  const own = `${file}.${process.pid}`
  writeFileSync(own, JSON.stringify(identify(process.pid)))
  try {
    // A link is made whole or not at all: nobody ever reads half a name.
    linkSync(own, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const seen = readFileSync(file, 'utf8')
    if (readPidFile(file) === undefined && readFileSync(file, 'utf8') === seen) removePidFile(file)
    return undefined
  } finally {
    rmSync(own, { force: true })
  }
}

/** Runs the work while holding the lock; waits for another holder, at most `timeoutMs`. */
export const withFileLock = async <T>(
  file: string,
  timeoutMs: number,
  work: () => Promise<T>,
): Promise<T> => {
  mkdirSync(dirname(file), { recursive: true })
  await waitUntil(`the lock ${file}`, () => lockOrUndefined(file), { timeoutMs, intervalMs: 100 })
  try {
    return await work()
  } finally {
    removePidFile(file)
  }
}

const lockOrUndefined = (file: string): true | undefined => {
  try {
    return tryLock(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
