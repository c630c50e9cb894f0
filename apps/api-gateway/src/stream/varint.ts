/** Unsigned numbers as few bytes (LEB128), for positions that travel in a header. */

/** Appends `value`, which must not be negative. */
export function writeVarint(bytes: number[], value: bigint): void {
  let rest = value
  while (rest >= 128n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  bytes.push(Number(rest))
}

/** Reads what {@link writeVarint} wrote, from first to last; each read answers undefined once the bytes make no sense. */
export class VarintReader {
  private offset = 0
  constructor(private readonly bytes: Uint8Array) {}

  next(): bigint | undefined {
    let value = 0n
    for (let shift = 0n; shift < 64n; shift += 7n) {
      const byte = this.bytes[this.offset++]
      if (byte === undefined) return undefined
      value |= BigInt(byte & 127) << shift
      // A last byte of nothing would let one number be written in several ways.
      if (byte < 128) return byte === 0 && shift > 0n ? undefined : value
    }
    return undefined
  }

  /** Whether every byte was read. */
  atEnd(): boolean {
    return this.offset === this.bytes.length
  }
}
