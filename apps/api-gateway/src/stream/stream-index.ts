/** Finds streams by the user or the session that they show. */
import type { OpenStream } from './open-stream'

export class StreamIndex {
  private readonly byKey = new Map<string, Set<OpenStream>>()

  get size(): number {
    return this.byKey.size
  }

  keys(): string[] {
    return [...this.byKey.keys()]
  }

  get(key: string): ReadonlySet<OpenStream> | undefined {
    return this.byKey.get(key)
  }

  add(key: string, stream: OpenStream): void {
    const streams = this.byKey.get(key)
    if (streams) streams.add(stream)
    else this.byKey.set(key, new Set([stream]))
  }

  delete(key: string, stream: OpenStream): void {
    const streams = this.byKey.get(key)
    if (streams?.delete(stream) && streams.size === 0) this.byKey.delete(key)
  }
}
