/** A small file system for PostgreSQL's data, which can be filled: where this user may mount one. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmdirSync, rmSync, statfsSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** What the mount table calls it; a killed run's is found by it. */
const SOURCE = 'infinite-scribe-chaos'
const SIZE_MB = 768
/** Less than this is no room: PostgreSQL asks for 16 MB at a time where it begins a new file of its log. */
const BALLAST = 'ballast'
const MOST_FILLS = 20

export class SmallDisk {
  private constructor(private readonly folder: string) {}

  /** Mounts one in place of `home`, which must not exist yet; undefined where this user may not. */
  static mount(home: string): SmallDisk | undefined {
    unmountAbandoned()
    const folder = join(tmpdir(), `${SOURCE}-${process.pid}`)
    try {
      mkdirSync(folder, { recursive: true, mode: 0o755 })
      run('mount', '-t', 'tmpfs', '-o', `size=${SIZE_MB}m,mode=0755`, SOURCE, folder)
    } catch {
      rmSync(folder, { recursive: true, force: true })
      return undefined
    }
    mkdirSync(dirname(home), { recursive: true })
    symlinkSync(folder, home)
    return new SmallDisk(folder)
  }

  /** Takes all the room that is left. PostgreSQL takes some meanwhile, so it may have to be looked at again. */
  fill(): void {
    for (let tries = 1; ; tries++) {
      const { bavail, bsize } = statfsSync(this.folder)
      try {
        run('fallocate', '-l', String(bavail * bsize), join(this.folder, BALLAST))
        return
      } catch (error) {
        if (tries === MOST_FILLS) throw error
      }
    }
  }

  free(): void {
    rmSync(join(this.folder, BALLAST), { force: true })
  }

  unmount(): void {
    unmount(this.folder)
  }
}

const run = (command: string, ...args: string[]): void => {
  execFileSync(command, args, { stdio: 'ignore' })
}

const unmount = (folder: string): void => {
  run('umount', '-l', folder)
  rmdirSync(folder)
}

/** Of runs that were killed. */
function unmountAbandoned(): void {
  if (process.platform !== 'linux') return
  for (const line of readFileSync('/proc/mounts', 'utf8').split('\n')) {
    const [source, folder = ''] = line.split(' ')
    const pid = Number(folder.slice(folder.lastIndexOf('-') + 1))
    if (source === SOURCE && !isAlive(pid)) unmount(folder)
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
