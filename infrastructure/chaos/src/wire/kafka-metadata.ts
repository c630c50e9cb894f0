/** Writes another port into the brokers' addresses of a Metadata response. */

/** From this version on the message is a flexible one: compact lengths, and tagged fields after each structure. */
const FLEXIBLE = 9

/**
 * The response with every broker at `port`; the host, which is this machine, stays.
 * @param frame the whole response, its length included (https://kafka.apache.org/protocol: Metadata Response)
 */
export function nameOtherPort(frame: Buffer, version: number, port: number): Buffer {
  const changed = Buffer.from(frame)
  const flexible = version >= FLEXIBLE
  const reader = new Reader(changed, 8)
  if (flexible) reader.taggedFields()
  if (version >= 3) reader.skip(4) // throttle_time_ms
  const brokers = flexible ? reader.compactLength() : reader.int32()
  for (let broker = 0; broker < brokers; broker++) {
    reader.skip(4) // node_id
    reader.text(flexible)
    changed.writeInt32BE(port, reader.at)
    reader.skip(4)
    if (version >= 1) reader.text(flexible) // rack
    if (flexible) reader.taggedFields()
  }
  return changed
}

class Reader {
  constructor(
    private readonly bytes: Buffer,
    public at: number,
  ) {}

  skip(count: number): void {
    this.at += count
  }

  int32(): number {
    this.at += 4
    return this.bytes.readInt32BE(this.at - 4)
  }

  /** Lengths of flexible messages are one more than they say; 0 is null. */
  compactLength(): number {
    return Math.max(0, this.varint() - 1)
  }

  text(flexible: boolean): void {
    if (flexible) {
      this.skip(this.compactLength())
      return
    }
    const length = this.bytes.readInt16BE(this.at)
    this.skip(2 + Math.max(0, length))
  }

  taggedFields(): void {
    for (let left = this.varint(); left > 0; left--) {
      this.varint()
      this.skip(this.varint())
    }
  }

  private varint(): number {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes[this.at++] ?? 0
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
}
