/** The time that this process has computed, whatever else the machine did meanwhile. */

export interface CpuClock {
  /** Seconds of CPU, its own and the system's for it, since the clock was made. */
  seconds(): number
}

/** A clock that begins now. */
export function cpuClock(): CpuClock {
  const began = process.cpuUsage()
  return {
    seconds: () => {
      const { user, system } = process.cpuUsage(began)
      return (user + system) / 1_000_000
    },
  }
}
