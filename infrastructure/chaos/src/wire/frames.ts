/** Cuts a stream of bytes into frames that carry their own length. */

/** Collects bytes until a frame is whole. */
export class Frames {
  private rest: Buffer = Buffer.alloc(0)
  private cut = 0

  /** @param sizeOf the whole length of the nth frame, which begins the bytes; undefined while that cannot be told */
  constructor(private readonly sizeOf: (bytes: Buffer, nth: number) => number | undefined) {}

  /** The frames that `bytes` complete. */
  push(bytes: Buffer): Buffer[] {
    this.rest = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes])
    const frames: Buffer[] = []
    for (;;) {
      const size = this.sizeOf(this.rest, this.cut)
      if (size === undefined || this.rest.length < size) return frames
      frames.push(this.rest.subarray(0, size))
      this.cut++
      this.rest = this.rest.subarray(size)
    }
  }
}

export const kafkaFrameSize = (bytes: Buffer): number | undefined =>
  bytes.length < 4 ? undefined : 4 + bytes.readInt32BE(0)

export const postgresFrameSize = (bytes: Buffer): number | undefined =>
  bytes.length < 5 ? undefined : 1 + bytes.readInt32BE(1)

/** A client's first message has no type, only a length. */
export const postgresClientFrameSize = (bytes: Buffer, nth: number): number | undefined => {
  if (nth > 0) return postgresFrameSize(bytes)
  return bytes.length < 4 ? undefined : bytes.readInt32BE(0)
}
