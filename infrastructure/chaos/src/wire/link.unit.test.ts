import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { Link, type LinkedConnection, type NewTap } from './link'

/** A server that answers each piece with the piece and an exclamation mark. */
const loud = createServer((socket) => {
  socket.on('error', () => undefined)
  socket.on('data', (bytes) => socket.write(`${bytes.toString()}!`))
})
let link: Link
let connections: LinkedConnection[]
const clients: Socket[] = []

const readAlong: NewTap = (connection) => {
  connections.push(connection)
  return {
    writing: false,
    fromClient: () => undefined,
    fromServer: (bytes) => bytes,
  }
}

beforeAll(async () => {
  loud.listen(0, '127.0.0.1')
  await once(loud, 'listening')
})
beforeEach(async () => {
  connections = []
  link = new Link(() => ({ host: '127.0.0.1', port: (loud.address() as AddressInfo).port }), readAlong)
  await link.listen()
})
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy()
  link.close()
})
afterAll(() => {
  loud.close()
})

const open = async () => {
  const client = connect(link.port, '127.0.0.1')
  client.on('error', () => undefined)
  clients.push(client)
  await once(client, 'connect')
  return client
}
const answerTo = async (client: Socket, text: string) => {
  client.write(text)
  return String((await once(client, 'data'))[0])
}
/** Whether nothing comes for a while; what should come does so in a millisecond. */
const hearsNothing = (client: Socket) =>
  Promise.race([
    once(client, 'data').then(() => false),
    new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 80)),
  ])

describe('a link', () => {
  it('passes what is said both ways', async () => {
    expect(await answerTo(await open(), 'hello')).toBe('hello!')
  })

  it('is slow both ways', async () => {
    link.delayMs = 40
    const client = await open()
    const since = performance.now()
    await answerTo(client, 'hello')
    // Two delays, less what a timer may be early.
    expect(performance.now() - since).toBeGreaterThan(70)
  })

  it('lets nothing pass as a black hole, and delivers it late when it is healed', async () => {
    const client = await open()
    await answerTo(client, 'hello')
    link.blackHole()
    client.write('late')
    const stranger = await open()
    stranger.write('stranger')
    expect(await Promise.all([hearsNothing(client), hearsNothing(stranger)])).toEqual([true, true])
    const answers = Promise.all([once(client, 'data'), once(stranger, 'data')])
    link.heal()
    expect((await answers).map(([bytes]) => String(bytes))).toEqual(['late!', 'stranger!'])
  })

  it('resets connections', async () => {
    const client = await open()
    await answerTo(client, 'hello')
    const closed = once(client, 'close')
    link.reset()
    await expect(closed).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(link.open).toBe(0)
  })

  it('loses answers by a reset once they have arrived, or in silence', async () => {
    const [reset, silent] = [await open(), await open()]
    await Promise.all([answerTo(reset, 'hello'), answerTo(silent, 'hello')])
    connections[0]!.loseAnswers('reset')
    connections[1]!.loseAnswers('silence')
    silent.write('lost')
    expect(await hearsNothing(silent)).toBe(true)
    expect(silent.destroyed).toBe(false)
    const closed = once(reset, 'close')
    connections[0]!.answerArrived()
    await expect(closed).rejects.toMatchObject({ code: 'ECONNRESET' })
  })
})
