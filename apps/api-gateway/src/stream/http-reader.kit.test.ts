/** A client of a stream over HTTP, for the tests. */
import { eventually } from '@infinite-scribe/testing'
import { parseFrames, type ReadFrame } from './streams.kit.test'

export class HttpReader {
  private text = ''
  private readonly abort = new AbortController()
  /** How the response ended: as a whole one, or cut. */
  end: 'whole' | 'cut' | undefined

  private constructor(readonly response: Response) {}

  /** @throws when the answer is no stream. */
  static async open(url: string, headers: Record<string, string> = {}): Promise<HttpReader> {
    const abort = new AbortController()
    const response = await fetch(url, { headers, signal: abort.signal })
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`)
    const reader = new HttpReader(response)
    reader.abort.signal.addEventListener('abort', () => abort.abort())
    void reader.read()
    return reader
  }

  get frames(): ReadFrame[] {
    return parseFrames(this.text)
  }

  get events(): ReadFrame[] {
    return this.frames.filter(({ event }) => event !== undefined && event !== 'task.progress')
  }

  get types(): string[] {
    return this.events.map(({ event }) => event!.replace('Genesis.Session.', ''))
  }

  get progress(): unknown[] {
    return this.frames.filter(({ event }) => event === 'task.progress').map(({ data }) => data as unknown)
  }

  get position(): string | undefined {
    return this.frames.findLast(({ id }) => id !== undefined)?.id
  }

  /** The first frame, which says where the stream begins. */
  opening(): Promise<ReadFrame> {
    return eventually(() => this.frames[0])
  }

  cut(): void {
    this.abort.abort()
  }

  private async read(): Promise<void> {
    const decoder = new TextDecoder()
    try {
      for await (const chunk of this.response.body as unknown as AsyncIterable<Uint8Array>)
        this.text += decoder.decode(chunk, { stream: true })
      this.end = 'whole'
    } catch {
      this.end = 'cut'
    }
  }
}
