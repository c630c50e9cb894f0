/** Whatever is sent to any route gets an answer that the document knows, never a 500, and a refusal leaves nothing behind. */
import { randomUUID } from 'node:crypto'
import { Agent, request as send } from 'node:http'
import { documentCheckOf, signTestToken } from '@infinite-scribe/testing'
import fc from 'fast-check'
import { describeInterface } from '../interface'
import { agent, ada, runGateway, type RunningGateway } from '../http/running-gateway.kit.test'
import {
  plainRequestsTo,
  requestsTo,
  type GeneratedRequest,
  type Operation,
} from './generated-request.kit.test'

/** To each operation, and to one that needs a body; `npm run test:long` sends more. */
const REQUESTS = process.env.TEST_LONG ? { any: 1_000, withBody: 5_000 } : { any: 20, withBody: 120 }

const { paths } = describeInterface({} as never).document
const operations: Operation[] = Object.entries(paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
)

let gateway: RunningGateway
const connections = new Agent({ keepAlive: true, maxSockets: 4 })
beforeAll(async () => {
  gateway = await runGateway()
})
afterAll(async () => {
  connections.destroy()
  await gateway.close()
})

interface Things {
  session_id: string
  task_id: string
  command_id: string
}

/** A session with a command under way. */
async function thingsOf(sub: string): Promise<Things> {
  const session_id = await gateway.openSession(sub)
  const path = `/genesis/sessions/${session_id}/commands`
  const body = { command_type: 'RequestConceptGeneration' }
  const sent = await gateway.call({ method: 'POST', path, body, token: signTestToken(sub) })
  return { session_id, task_id: sent.body.task_id, command_id: sent.body.command_id }
}
const nobodys = (): Things => ({ session_id: randomUUID(), task_id: randomUUID(), command_id: randomUUID() })

const TOKENS = { owner: ada, agent, foreign: signTestToken('eve'), none: undefined, nonsense: 'a.b.c' }

interface Answered {
  status: number
  headers: Headers
  text: string
}

/** Sends what fetch would refuse or put in order; of a stream only the beginning is read. */
function answerTo(request: GeneratedRequest, path: string): Promise<Answered> {
  const token = TOKENS[request.token]
  const headers = {
    ...request.headers,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(request.body && !request.headers['transfer-encoding']
      ? { 'content-length': request.body.all.length }
      : {}),
  }
  return new Promise((resolve, reject) => {
    const { port } = gateway
    const sent = send({ port, host: '127.0.0.1', method: request.method, path, headers, agent: connections })
    sent.on('response', (response) => {
      const { statusCode: status = 0, rawHeaders } = response
      const answered = new Headers()
      for (let at = 0; at < rawHeaders.length; at += 2) answered.append(rawHeaders[at]!, rawHeaders[at + 1]!)
      let text = ''
      const done = () => resolve({ status, headers: answered, text })
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
        if (answered.get('content-type') !== 'text/event-stream') return
        done()
        response.destroy()
      })
      response.on('end', done)
    })
    sent.on('error', reject)
    sent.end(request.body?.all)
  })
}

describe('any request', () => {
  let mine: Things
  let foreign: Things
  beforeEach(async () => {
    mine = await thingsOf('ada')
    foreign = await thingsOf('eve')
  })

  test.each(operations.map((each) => ({ name: `${each.method} ${each.path}`, each })))(
    'to $name gets a documented answer',
    async ({ each }) => {
      const document = await documentCheckOf(gateway.url)
      const statuses = new Set<number>()
      let before = await gateway.checksum()
      const ask = async (request: GeneratedRequest): Promise<void> => {
        if (request.whose === 'fresh') {
          mine = await thingsOf('ada')
          before = await gateway.checksum()
        }
        const whose = { mine, fresh: mine, foreign, nobody: nobodys() }[request.whose]
        const path = request.path.replaceAll(/\{(\w+)\}/g, (_, id: keyof Things) => whose[id])
        const answer = await answerTo(request, path)
        document.check({ method: request.method, path, ...answer })
        expect(answer.status).toBeLessThan(500)
        statuses.add(answer.status)
        const after = await gateway.checksum()
        if (answer.status >= 400) expect(after).toBe(before)
        before = after
      }
      for (const request of plainRequestsTo(each)) await ask(request)
      // A test of requests some of which get somewhere.
      expect([...statuses].filter((status) => status < 300)).not.toEqual([])
      await fc.assert(fc.asyncProperty(requestsTo(each), ask), {
        numRuns: each.operation.requestBody?.required ? REQUESTS.withBody : REQUESTS.any,
      })
    },
    300_000,
  )
})
