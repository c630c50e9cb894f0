/** A TCP link between a service and a server, by way of this program: it can be slow, cut, or a black hole. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** Reads along with one connection; what it answers is what goes on. */
export interface Tap {
  /** Whether the server has yet to answer a write: a transaction's, or a record's. */
  readonly writing: boolean
  fromClient(bytes: Buffer): void
  fromServer(bytes: Buffer): Buffer
}

export type NewTap = (connection: LinkedConnection) => Tap

export interface Target {
  readonly host: string
  readonly port: number
}

/** How an answer is lost: the connection is reset, or stays open and silent. */
export type Loss = 'reset' | 'silence'

/** One connection of a link: a client's socket and the server's. */
export class LinkedConnection {
  private readonly upstream: Socket
  private readonly tap: Tap
  private lost: Loss | undefined

  constructor(
    private readonly client: Socket,
    target: Target,
    private readonly link: Link,
    newTap: NewTap,
  ) {
    this.upstream = connect(target.port, target.host)
    this.tap = newTap(this)
    for (const socket of [client, this.upstream]) {
      socket.setNoDelay(true)
      socket.on('error', () => undefined)
    }
    client.on('data', (bytes) => {
      this.tap.fromClient(bytes)
      this.pass(this.upstream, bytes)
    })
    this.upstream.on('data', (bytes) => {
      const answer = this.tap.fromServer(bytes)
      if (this.lost === undefined && answer.length > 0) this.pass(client, answer)
    })
    // An end is delayed like the bytes before it, or it would overtake them.
    client.on('close', () => this.afterDelay(() => this.upstream.destroy()))
    this.upstream.on('close', () => this.afterDelay(() => this.closeClient()))
  }

  /** Whether a write is on its way, or the answer to one. */
  get writing(): boolean {
    return this.tap.writing
  }

  /** From now on the client hears nothing more of the server. */
  loseAnswers(how: Loss): void {
    this.lost = how
  }

  /** The answer that was to be lost has come: a reset is seen now, a silence goes on. */
  answerArrived(): void {
    if (this.lost === 'reset') this.reset()
  }

  reset(): void {
    this.client.resetAndDestroy()
    this.upstream.resetAndDestroy()
  }

  /** Nothing is read: what is sent stays with its sender, and arrives when it is resumed. */
  pause(): void {
    this.client.pause()
    this.upstream.pause()
  }

  resume(): void {
    this.client.resume()
    this.upstream.resume()
  }

  private closeClient(): void {
    if (this.lost !== 'silence') this.client.destroy()
  }

  private pass(to: Socket, bytes: Buffer): void {
    this.afterDelay(() => {
      if (to.writable) to.write(bytes)
    })
  }

  private afterDelay(work: () => void): void {
    const { delayMs } = this.link
    // Timers of one delay fire in their order; a shorter delay than before must not overtake.
    const at = Math.max(performance.now() + delayMs, this.busyUntil)
    this.busyUntil = at
    const wait = at - performance.now()
    if (wait <= 0) work()
    else setTimeout(work, wait)
  }

  private busyUntil = 0
}

export class Link {
  private readonly connections = new Set<LinkedConnection>()
  private server: Server | undefined
  private holding = false
  /** Added to whatever passes, each way. */
  delayMs = 0

  constructor(
    private readonly target: () => Target,
    private readonly newTap: NewTap,
  ) {}

  get port(): number {
    return (this.server?.address() as AddressInfo).port
  }

  /** Connections that are open now. */
  get open(): number {
    return this.connections.size
  }

  /** Whether a write is on its way on one of them, or the answer to one. */
  get writing(): boolean {
    return [...this.connections].some((connection) => connection.writing)
  }

  async listen(): Promise<void> {
    const server = createServer((client) => {
      const connection = new LinkedConnection(client, this.target(), this, this.newTap)
      this.connections.add(connection)
      client.on('close', () => this.connections.delete(connection))
      if (this.holding) connection.pause()
    })
    this.server = server
    server.listen(0, this.target().host)
    await once(server, 'listening')
  }

  /** Ends every connection without a word. */
  reset(): void {
    for (const connection of this.connections) connection.reset()
  }

  /** Nothing passes either way, new connections included, until it is healed. */
  blackHole(): void {
    this.holding = true
    for (const connection of this.connections) connection.pause()
  }

  /** What was held arrives now, late, as on a network that comes back. */
  heal(): void {
    this.holding = false
    for (const connection of this.connections) connection.resume()
  }

  close(): void {
    this.reset()
    this.server?.close()
  }
}
