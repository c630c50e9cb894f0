/** PostgreSQL's pg_snapshot as a value: which transactions had ended when it was taken. */

/** Its text form, `xmin:xmax:xip,xip,…`, is what PostgreSQL reads and writes. */
export class Snapshot {
  private constructor(
    /** Every transaction below had ended. */
    readonly xmin: bigint,
    /** Every transaction from here on had not ended, if it had begun at all. */
    readonly xmax: bigint,
    /** Those between that had not ended, ascending. Some that had not may stand from xmax on, unlisted. */
    readonly running: readonly bigint[],
  ) {}

  /** The snapshot of these members; undefined when PostgreSQL would not take it for one. */
  static of(xmin: bigint, xmax: bigint, running: readonly bigint[]): Snapshot | undefined {
    if (xmin <= 0n || xmax < xmin || xmax >= MAX_XID) return undefined
    let previous = xmin - 1n
    for (const xid of running) {
      if (xid <= previous || xid >= xmax) return undefined
      previous = xid
    }
    return new Snapshot(xmin, xmax, running)
  }

  /** @throws {Error} for a text that is no snapshot. */
  static parse(text: string): Snapshot {
    const match = /^(\d+):(\d+):(\d+(?:,\d+)*)?$/.exec(text)
    const snapshot =
      match?.[1] !== undefined && match[2] !== undefined
        ? Snapshot.of(BigInt(match[1]), BigInt(match[2]), match[3]?.split(',').map(BigInt) ?? [])
        : undefined
    if (!snapshot) throw new Error(`not a snapshot: ${text}`)
    return snapshot
  }

  toString(): string {
    return `${this.xmin}:${this.xmax}:${this.running.join(',')}`
  }
}

// xid8 is unsigned, but nobody gets this far; staying in bigint's range keeps the SQL plain.
const MAX_XID = 1n << 62n
