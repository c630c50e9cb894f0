/** Users who each send one command after another, as fast as they are answered. */
import { randomUUID } from 'node:crypto'
import { Agent, request } from 'node:http'
import { signTestToken } from './tokens'

/** What became of one command; status 0 where the connection ended without an answer. */
export interface Sent {
  readonly key: string
  readonly status: number
  readonly retryAfter: string | undefined
  readonly tookMs: number
  /** `performance.now()` when it was answered. */
  readonly atMs: number
}

export interface CommandLoadOptions {
  /** Between a user's answer and his next command; 0 unless given. */
  readonly pauseMs?: number
  /** Whatever Retry-After says; else a user waits for it. */
  readonly triesAgainAtOnce?: boolean
}

export interface CommandLoad {
  /** All commands that have an outcome by now. */
  readonly sent: readonly Sent[]
  /** Begins no more and waits for what is under way. */
  stop(): Promise<void>
}

interface Target {
  readonly url: string
  readonly session: string
  readonly token: string
}

const BODY = JSON.stringify({ command_type: 'SubmitFeedback', payload: { rating: 5, feedback: '好的开始' } })

/** Each user's own session. */
export async function openSessions(url: string, users: number): Promise<Target[]> {
  const opened: Target[] = []
  const open = async (): Promise<void> => {
    const token = signTestToken(randomUUID())
    const { status, body } = await send({ url, path: '/genesis/sessions', token, body: '{}' })
    if (status !== 201) throw new Error(`opening a session answered ${status}`)
    opened.push({ url, token, session: (JSON.parse(body) as { session_id: string }).session_id })
  }
  while (opened.length < users) {
    await Promise.all(Array.from({ length: Math.min(20, users - opened.length) }, open))
  }
  return opened
}

/** A closed loop, a connection for each of the users. */
export function startCommandLoad(
  users: readonly Target[],
  { pauseMs = 0, triesAgainAtOnce = false }: CommandLoadOptions = {},
): CommandLoad {
  const agent = new Agent({ keepAlive: true, maxSockets: users.length })
  const sent: Sent[] = []
  let stopped = false
  const goesOn = () => !stopped
  const loops = users.map(async ({ url, session, token }) => {
    while (goesOn()) {
      const key = randomUUID()
      const startedAt = performance.now()
      const path = `/genesis/sessions/${session}/commands`
      const { status, retryAfter } = await send({ url, path, token, body: BODY, key, agent })
      const atMs = performance.now()
      sent.push({ key, status, retryAfter, tookMs: atMs - startedAt, atMs })
      // Nobody listens any more: not as fast as the machine can.
      if (status === 0) await pause(20)
      if (retryAfter !== undefined && !triesAgainAtOnce && goesOn()) await pause(Number(retryAfter) * 1000)
      if (pauseMs > 0) await pause(pauseMs)
    }
  })
  return {
    sent,
    stop: async () => {
      stopped = true
      await Promise.all(loops)
      agent.destroy()
    },
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

interface Call {
  readonly url: string
  readonly path: string
  readonly token: string
  readonly body: string
  readonly key?: string
  readonly agent?: Agent
}

/** node:http and not fetch: the load shares the machine with what it measures. */
function send({ url, path, token, body, key, agent }: Call) {
  return new Promise<{ status: number; retryAfter?: string; body: string }>((resolve) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    }
    const unanswered = () => resolve({ status: 0, body: '' })
    request(url + path, { method: 'POST', headers, agent })
      .on('error', unanswered)
      .on('response', (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (piece: string) => (text += piece))
        response.on('error', unanswered)
        response.on('end', () => {
          const retryAfter = response.headers['retry-after']
          resolve({ status: response.statusCode ?? 0, body: text, ...(retryAfter && { retryAfter }) })
        })
      })
      .end(body)
  })
}
