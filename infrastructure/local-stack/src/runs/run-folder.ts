/**
 * The folder of one run of a stack: its logs, pid files and data. It names its owner, so that what a killed
 * owner left behind can be told from what is in use.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, rmdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { identify, readPidFile, endProcessOf, type ProcessIdentity } from '../processes/pid-file'
import { isAlive } from '../processes/process-table'
import { StackRefusal } from '../provider'

interface RunRecord {
  readonly owner: ProcessIdentity
  /** Whether its data are to be found again by the next run of the same name. */
  readonly keepsData: boolean
  /** Where the servers keep their data, if that is not in the folder. */
  readonly home?: string
}

const RECORD = 'run.json'
/** Marks a folder of which only the logs were left. */
const ONLY_LOGS = 'only-logs'

const readRecord = (folder: string): RunRecord | undefined => {
  try {
    return JSON.parse(readFileSync(join(folder, RECORD), 'utf8')) as RunRecord
  } catch {
    return undefined
  }
}

const ownerLives = ({ owner }: RunRecord): boolean => isAlive(owner.pid, owner.mark)

export class RunFolder {
  private constructor(
    readonly path: string,
    private record: RunRecord,
  ) {}

  /**
   * Takes a folder of this name for this process, after cleaning up what dead owners left under the same root.
   * @throws StackRefusal when a living process has it.
   */
  static async open(root: string, name: string, keepsData = false): Promise<RunFolder> {
    await sweep(root)
    const path = join(root, name)
    const earlier = readRecord(path)
    if (earlier !== undefined && ownerLives(earlier)) {
      throw new StackRefusal(`a stack runs here already (process ${earlier.owner.pid}, ${path})`)
    }
    const owner = identify(process.pid)
    if (owner === undefined) throw new Error('this process cannot see itself among the processes')
    rmSync(join(path, 'logs'), { recursive: true, force: true })
    for (const folder of ['logs', 'pids']) mkdirSync(join(path, folder), { recursive: true })
    const run = new RunFolder(path, { owner, keepsData, ...(earlier?.home && { home: earlier.home }) })
    run.save()
    return run
  }

  get owner(): ProcessIdentity {
    return this.record.owner
  }

  logFile(name: string): string {
    return join(this.path, 'logs', `${name}.log`)
  }

  pidFile(name: string): string {
    return join(this.path, 'pids', `${name}.json`)
  }

  recordHome(home: string): void {
    this.record = { ...this.record, home }
    this.save()
  }

  /** Gives the folder up: removed, or, if its data are kept, only its ownership. */
  release(): void {
    if (this.record.keepsData) rmSync(join(this.path, RECORD), { force: true })
    else this.removeFiles()
  }

  /** Removes data and logs although they were to be kept; the run stays this process's. */
  removeData(): void {
    if (this.record.home !== undefined) rmSync(this.record.home, { recursive: true, force: true })
  }

  /** Leaves the logs when the folder is given up, for the message that names them; the next sweep takes them. */
  keepLogs(): void {
    this.keepsLogs = true
  }

  private keepsLogs = false

  private removeFiles(): void {
    if (!this.keepsLogs) {
      removeRun(this.path, this.record)
      return
    }
    writeFileSync(join(this.path, ONLY_LOGS), '')
    this.removeData()
    for (const name of readdirSync(this.path)) {
      if (name !== 'logs' && name !== ONLY_LOGS)
        rmSync(join(this.path, name), { recursive: true, force: true })
    }
  }

  private save(): void {
    writeFileSync(join(this.path, RECORD), JSON.stringify(this.record))
  }
}

const removeRun = (folder: string, record: RunRecord): void => {
  if (record.home !== undefined && !record.home.startsWith(folder)) {
    rmSync(record.home, { recursive: true, force: true })
  }
  rmSync(folder, { recursive: true, force: true })
  removeIfEmpty(dirname(folder))
  removeIfEmpty(dirname(dirname(folder)))
}

const removeIfEmpty = (folder: string): void => {
  if (!['runs', '.stack'].includes(basename(folder))) return
  try {
    rmdirSync(folder)
  } catch {
    // Something else is in it, or another run removed it first.
  }
}

/**
 * Ends the processes that dead owners left running and removes what they left on disk, save data that are to
 * be kept. Returns a line for each thing that was found.
 */
export const sweep = async (root: string): Promise<string[]> => {
  const found: string[] = []
  if (!existsSync(root)) return found
  for (const name of readdirSync(root)) {
    const folder = join(root, name)
    if (existsSync(join(folder, ONLY_LOGS))) rmSync(folder, { recursive: true, force: true })
    const record = readRecord(folder)
    if (record === undefined || ownerLives(record)) continue
    for (const file of pidFilesOf(folder)) {
      const alive = readPidFile(file)
      // PostgreSQL takes SIGTERM for a wish to wait until the last client has gone.
      const how = basename(file) === 'postgres.json' ? 'SIGINT' : 'SIGTERM'
      if (await endProcessOf(file, how))
        found.push(`${basename(file, '.json')} (process ${alive?.pid ?? '?'})`)
    }
    if (record.keepsData) rmSync(join(folder, RECORD), { force: true })
    else removeRun(folder, record)
  }
  return found
}

const isServer = (pidFile: string): boolean => /^(postgres|kafka)\.json$/.test(pidFile)

const pidFilesOf = (folder: string): string[] => {
  const pids = join(folder, 'pids')
  if (!existsSync(pids)) return []
  // The services first: they would only complain while their servers go, and their connections keep servers up.
  return readdirSync(pids)
    .filter((name) => name.endsWith('.json'))
    .sort((a, b) => Number(isServer(a)) - Number(isServer(b)) || a.localeCompare(b))
    .map((name) => join(pids, name))
}
