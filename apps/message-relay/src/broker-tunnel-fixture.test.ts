/** A way to the broker that can be cut or frozen, while the broker itself goes on for everybody else. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { ISocketFactory } from 'kafkajs'

export interface BrokerTunnel {
  readonly socketFactory: ISocketFactory
  /** As if the broker had been killed: connections die and new ones are refused. */
  cut(): Promise<void>
  /** The broker is back. */
  mend(): Promise<void>
  /** As if the broker had been stopped with SIGSTOP: everything is accepted and nothing answered. */
  freeze(): void
  /** What was sent meanwhile arrives after all. */
  thaw(): void
  /** A connection that is to carry `text` is closed instead, as by a broker that cannot take the request. */
  choke(text: string): void
  close(): Promise<void>
}

export async function openBrokerTunnel(brokers: readonly string[]): Promise<BrokerTunnel> {
  const [host = '', port = ''] = (brokers[0] ?? '').split(':')
  const sockets = new Set<Socket>()
  const brokerOf = new Map<Socket, Socket>()
  let frozen = false
  let indigestible: string | undefined
  let tunnelPort = 0
  let server: Server | undefined

  const accept = (client: Socket): void => {
    const broker = connect(Number(port), host)
    brokerOf.set(client, broker)
    client.on('close', () => brokerOf.delete(client))
    // Before anything is piped: what is in the socket then goes nowhere.
    client.on('data', (bytes) => {
      if (indigestible !== undefined && bytes.includes(indigestible)) broker.destroy()
    })
    for (const [from, to] of [
      [client, broker],
      [broker, client],
    ] as const) {
      sockets.add(from)
      from.pipe(to)
      from.on('error', () => undefined)
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
    if (frozen) hold(client)
  }
  // Bytes stay in the socket's buffers, as they would in front of a stopped process.
  const hold = (socket: Socket): void => {
    socket.unpipe()
    socket.pause()
  }
  const mend = async (): Promise<void> => {
    server = createServer(accept)
    server.listen(tunnelPort, '127.0.0.1')
    await once(server, 'listening')
    tunnelPort = (server.address() as AddressInfo).port
  }
  const cut = async (): Promise<void> => {
    const closing = server
    server = undefined
    closing?.close()
    for (const socket of sockets) socket.destroy()
    if (closing) await once(closing, 'close')
  }
  await mend()
  return {
    socketFactory: ({ onConnect }) => connect(tunnelPort, '127.0.0.1', onConnect),
    cut,
    mend,
    freeze: () => {
      frozen = true
      for (const client of brokerOf.keys()) hold(client)
    },
    thaw: () => {
      frozen = false
      for (const [client, broker] of brokerOf) client.pipe(broker)
    },
    choke: (text) => (indigestible = text),
    close: cut,
  }
}
