/** Looks at what the processes use, and whether the machine keeps its own time. */
import { readdirSync, readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { CalmWindow, ResourceBounds, ResourceSample } from '../invariants/evidence'
import { POOL, type System } from '../system/system'

const EVERY_MS = 1_000
/** A machine that holds up this very process for longer is no measure of anybody's punctuality. */
const STALL_MS = 120

/** No process of ours needs more. */
export const BOUNDS: ResourceBounds = { residentMb: 400, files: 200, connections: POOL + 15 }

export class Sampler {
  readonly samples: ResourceSample[] = []
  private readonly stalls: number[] = []
  private readonly loop = monitorEventLoopDelay({ resolution: 10 })
  private timer: NodeJS.Timeout | undefined

  constructor(private readonly system: System) {}

  start(): void {
    this.loop.enable()
    this.timer = setInterval(() => this.look(), EVERY_MS)
  }

  stop(): void {
    clearInterval(this.timer)
    this.loop.disable()
  }

  /** The parts of a time without faults in which the machine kept time: those alone tell who was late. */
  calmPartsOf({ from, to }: CalmWindow): CalmWindow[] {
    const parts: CalmWindow[] = []
    let begin = from
    for (const stall of this.stalls.filter((at) => at >= from && at - EVERY_MS <= to)) {
      if (stall - EVERY_MS > begin) parts.push({ from: begin, to: stall - EVERY_MS })
      begin = stall
    }
    return to > begin ? [...parts, { from: begin, to }] : parts
  }

  private look(): void {
    const at = Date.now()
    if (this.loop.max / 1e6 > STALL_MS) this.stalls.push(at)
    this.loop.reset()
    for (const { name, pid, links } of this.system.members) {
      if (pid === undefined) continue
      try {
        this.samples.push({
          at,
          process: name,
          pid,
          residentMb: residentMbOf(pid),
          files: readdirSync(`/proc/${pid}/fd`).length,
          connections: links.reduce((sum, { open }) => sum + open, 0),
        })
      } catch {
        // It ended while it was looked at, or this system has no /proc.
      }
    }
  }
}

/** Its own memory: pages of files, such as Node's program, the kernel takes back when others need room. */
function residentMbOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const [, kilobytes] = /^RssAnon:\s+(\d+) kB/m.exec(status) ?? []
  if (kilobytes === undefined) throw new Error(`process ${pid} has ended`)
  return Math.round(Number(kilobytes) / 102.4) / 10
}
