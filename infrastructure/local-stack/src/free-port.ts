/** Finds TCP ports on the loopback address that nobody listens on. */
import { createServer } from 'node:net'

const listenOn = (port: number, host?: string): Promise<number | undefined> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen({ port, exclusive: true, ...(host === undefined ? {} : { host }) }, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined))
    })
  })

/** Free on all addresses, for services that listen on all, and on the loopback one, which some systems allow beside. */
const tryPort = async (port: number): Promise<number | undefined> => {
  const found = await listenOn(port)
  return found === undefined ? undefined : listenOn(found, '127.0.0.1')
}

/** Ports handed out by this process: one that was just given away but is not yet listened on is not given twice. */
const handedOut = new Set<number>()

/** A free port: the preferred one if it is, else one that the system picks. */
export const freePort = async (preferred?: number): Promise<number> => {
  if (preferred !== undefined && !handedOut.has(preferred)) {
    const port = await tryPort(preferred)
    if (port !== undefined) {
      handedOut.add(port)
      return port
    }
  }
  for (;;) {
    const port = await tryPort(0)
    if (port === undefined) throw new Error('no free TCP port on this machine')
    if (handedOut.has(port)) continue
    handedOut.add(port)
    return port
  }
}

/** Gives a port back, so that a later call may hand it out again. */
export const releasePort = (port: number): void => {
  handedOut.delete(port)
}
