/** Reads along with a connection to Kafka, and lets the broker name this link as its own address. */
import { Frames, kafkaFrameSize } from './frames'
import type { LinkedConnection, NewTap } from './link'
import { nameOtherPort } from './kafka-metadata'
import type { Steps } from './steps'

const PRODUCE = 0
const METADATA = 3

interface Request {
  readonly api: number
  readonly version: number
}

/**
 * A tap for each connection of a link.
 * @param ownPort what clients are told to connect to: without it they would go to the broker past the link
 */
export const kafkaTap =
  (steps: Steps, ownPort: () => number): NewTap =>
  (connection) =>
    new KafkaTap(connection, steps, ownPort)

class KafkaTap {
  private readonly requests = new Frames(kafkaFrameSize)
  private readonly responses = new Frames(kafkaFrameSize)
  private readonly asked = new Map<number, Request>()

  constructor(
    private readonly connection: LinkedConnection,
    private readonly steps: Steps,
    private readonly ownPort: () => number,
  ) {}

  get writing(): boolean {
    return [...this.asked.values()].some(({ api }) => api === PRODUCE)
  }

  fromClient(bytes: Buffer): void {
    for (const frame of this.requests.push(bytes)) {
      if (frame.length < 12) continue
      const api = frame.readInt16BE(4)
      this.asked.set(frame.readInt32BE(8), { api, version: frame.readInt16BE(6) })
      if (api === PRODUCE) this.steps.reach('publish-sent', this.connection)
    }
  }

  fromServer(bytes: Buffer): Buffer {
    return Buffer.concat(this.responses.push(bytes).map((frame) => this.answered(frame)))
  }

  private answered(frame: Buffer): Buffer {
    const id = frame.readInt32BE(4)
    const request = this.asked.get(id)
    this.asked.delete(id)
    if (request?.api === METADATA) return nameOtherPort(frame, request.version, this.ownPort())
    if (request?.api === PRODUCE) {
      this.steps.reach('publish-answered', this.connection)
      this.connection.answerArrived()
    }
    return frame
  }
}
