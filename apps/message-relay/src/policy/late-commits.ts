/**
 * Finds rows that become visible behind the cursor, at the cost of one look for each transaction that ends.
 *
 * A row takes its transaction's id before its number (seq), so a number that a claim passed unseen belongs to
 * a transaction that the claim's snapshot saw running. A boundary (xid, seq) says: seq had been seen before
 * xid was given out, so every younger transaction draws only greater numbers. When transactions end, their
 * rows lie above the newest boundary that is older than the oldest of them; when none ends, nothing is read.
 * The relay's own transactions end all the time and bring no row: those that it knows of are passed over.
 */

export interface Snapshot {
  /** The oldest transaction that was running. */
  readonly xmin: bigint
  /** Every id from here on had not ended, if it was given out at all. */
  readonly xmax: bigint
  readonly running: readonly bigint[]
}

export interface Boundary {
  readonly xid: bigint
  /** Transactions with a greater id draw only greater numbers. */
  readonly seq: number
}

export interface LateCommits {
  /** Ascending in both members. */
  readonly boundaries: readonly Boundary[]
  /** Transactions of the relay that have ended, of those which `covered` did not see ended. */
  readonly own: readonly bigint[]
  /** Rows of every transaction that had ended by then have been read. */
  readonly covered: Snapshot | undefined
}

/** Above this many the older half is thinned: an older boundary is as right, it only makes a look longer. */
export const MAX_BOUNDARIES = 256

export const NOTHING_KNOWN: LateCommits = { boundaries: [], own: [], covered: undefined }

/**
 * Parses PostgreSQL's text form of pg_snapshot, `xmin:xmax:xip,xip`.
 * @throws {Error} when the text is no snapshot
 */
export function parseSnapshot(text: string): Snapshot {
  const [xmin, xmax, running] = text.split(':')
  if (xmin === undefined || xmax === undefined || running === undefined)
    throw new Error(`not a snapshot: ${text}`)
  return {
    xmin: BigInt(xmin),
    xmax: BigInt(xmax),
    running: running === '' ? [] : running.split(',').map(BigInt),
  }
}

/**
 * Remembers that everything up to `boundary.seq` had been seen when `boundary.xid`, a transaction of the relay that
 * has ended and inserted nothing, was given out.
 */
export function noteBoundary(state: LateCommits, boundary: Boundary): LateCommits {
  const own = [...state.own, boundary.xid]
  const last = state.boundaries.at(-1)
  // For one seq the smaller xid says more.
  if (last && (boundary.seq <= last.seq || boundary.xid <= last.xid)) return { ...state, own }
  return { ...state, own, boundaries: prune([...state.boundaries, boundary], state.covered) }
}

/**
 * The number above which rows may have become visible since the last look; undefined when none can.
 * Zero stands for the beginning: a lane's own low water bounds it further.
 */
export function sweepFrom(state: LateCommits, now: Snapshot): number | undefined {
  if (!state.covered) return undefined
  const ended = oldestEnded(state.covered, now, state.own)
  return ended === undefined ? undefined : seqBefore(state.boundaries, ended)
}

/** Records that rows of every transaction that had ended in `now` have been read. */
export function coveredUpTo(state: LateCommits, now: Snapshot): LateCommits {
  const own = state.own.filter((xid) => xid >= now.xmax || now.running.includes(xid))
  return { boundaries: prune(state.boundaries, now), own, covered: now }
}

/** No row with this number or a smaller one can still appear. Zero when nothing is known. */
export function nothingAppearsUpTo(state: LateCommits): number {
  return state.covered ? seqBefore(state.boundaries, state.covered.xmin) : 0
}

function seqBefore(boundaries: readonly Boundary[], xid: bigint): number {
  for (let index = boundaries.length - 1; index >= 0; index -= 1) {
    const boundary = boundaries[index]
    if (boundary && boundary.xid < xid) return boundary.seq
  }
  return 0
}

/** The smallest id, but for those of `own`, that may have been running in `then` and has ended in `now`. */
function oldestEnded(then: Snapshot, now: Snapshot, own: readonly bigint[]): bigint | undefined {
  const passedOver = new Set([...now.running, ...own])
  const ended = (xid: bigint): boolean => xid < now.xmax && !passedOver.has(xid)
  const known = then.running.filter(ended)
  if (known.length > 0) return known.reduce((least, xid) => (xid < least ? xid : least))
  for (let xid = then.xmax; xid < now.xmax; xid += 1n) {
    if (!passedOver.has(xid)) return xid
  }
  return undefined
}

function prune(boundaries: readonly Boundary[], covered: Snapshot | undefined): readonly Boundary[] {
  let kept = boundaries
  if (covered) {
    const needed = kept.findLastIndex((boundary) => boundary.xid < covered.xmin)
    if (needed > 0) kept = kept.slice(needed)
  }
  if (kept.length <= MAX_BOUNDARIES) return kept
  const half = kept.length >>> 1
  return kept.filter((_, index) => index >= half || index % 2 === 0)
}
