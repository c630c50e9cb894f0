/** Stands between a client and PostgreSQL, and lets a test lose the network at a chosen moment. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** What becomes of bytes that the client sent: passed on, lost with the connection, or passed on and then cut. */
export type Fate = 'pass' | 'cut before' | 'cut after' | 'swallow'

export interface TcpProxy {
  /** The database's URL by way of the proxy. */
  readonly url: string
  /** Decides about each piece the client sends. */
  decide: (piece: string) => Fate
  /** True: nothing passes in either direction, and no connection is answered. */
  blackHole: boolean
  /** True: what PostgreSQL answers, to whatever it was asked before, cuts the connection. */
  cutAnswers: boolean
  /** How many connections were opened so far. */
  opened: number
  close(): Promise<void>
}

export async function openTcpProxy(databaseUrl: string): Promise<TcpProxy> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    proxy.opened++
    const upstream = connect(Number(target.port), target.hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => sockets.delete(socket))
    }
    const state = { cut: false }
    client.on('data', (piece) => {
      if (proxy.blackHole) return
      const fate = proxy.decide(piece.toString('latin1'))
      if (fate === 'swallow') return
      if (fate === 'cut before') {
        client.destroy()
        upstream.destroy()
        return
      }
      if (fate === 'cut after') state.cut = true
      upstream.write(piece)
    })
    upstream.on('data', (piece) => {
      if (proxy.blackHole) return
      // PostgreSQL has answered: what was asked is done, and the client will never know.
      if (state.cut || proxy.cutAnswers) {
        client.destroy()
        upstream.destroy()
      } else client.write(piece)
    })
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(databaseUrl)
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const proxy: TcpProxy = {
    url: url.href,
    decide: () => 'pass',
    blackHole: false,
    cutAnswers: false,
    opened: 0,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
  return proxy
}
