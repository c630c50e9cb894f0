/** Listens on a loopback port for the verbs that `npm run stack` sends to a running stack. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { rmSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { explain } from '../cli/run-program'
import type { PartState } from '../provider'
import { STACK_FOLDER } from '../repository'
import { writeJson } from './stack-file'

export interface ControlRequest {
  readonly verb: 'status' | 'stop' | 'start' | 'kill' | 'freeze' | 'thaw' | 'scale' | 'reset'
  readonly part?: string
  readonly count?: number
}

export interface PartStatus {
  readonly name: string
  readonly state: PartState
  readonly pid: number | null
  readonly address: string
  readonly log: string | null
}

export type ControlAnswer = { readonly parts: readonly PartStatus[] } | { readonly refused: string }

/** Where the running stack listens, and the secret that it asks for; only its owner may read it. */
export interface ControlFile {
  readonly port: number
  readonly secret: string
}

export const CONTROL_FILE = join(STACK_FOLDER, 'control.json')

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

const bodyOf = async (request: IncomingMessage): Promise<ControlRequest> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as ControlRequest
}

export interface ControlServer {
  close(): Promise<void>
}

/** Serves the verbs one after the other. The file tells clients where. */
export const serveControl = async (
  perform: (request: ControlRequest) => Promise<readonly PartStatus[]>,
): Promise<ControlServer> => {
  const secret = randomBytes(24).toString('base64url')
  const expected = digest(`Bearer ${secret}`)
  let turn: Promise<unknown> = Promise.resolve()

  const answer = (request: ControlRequest): Promise<ControlAnswer> => {
    const mine = turn.then(async () => ({ parts: await perform(request) }))
    turn = mine.catch(() => undefined)
    return mine.catch((error: unknown) => ({ refused: explain(error) }))
  }

  const server = createServer((request, response) => {
    const given = digest(request.headers.authorization ?? '')
    if (!timingSafeEqual(given, expected)) {
      response.writeHead(401).end()
      return
    }
    bodyOf(request)
      .then(answer, (error: unknown) => ({ refused: explain(error) }))
      .then(
        (result) =>
          response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result)),
        () => response.writeHead(500).end(),
      )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  writeJson(CONTROL_FILE, { port, secret } satisfies ControlFile)
  return {
    close: async () => {
      rmSync(CONTROL_FILE, { force: true })
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
