/** A fetch for the typed client that goes to whichever gateway it is told, and writes down what it was answered. */
import { randomUUID } from 'node:crypto'
import type { Answer } from '../invariants/evidence'
import type { Ledger } from './ledger'

/** Stands for all gateways: what the typed client believes to talk to. */
export const ANY_GATEWAY = 'http://gateway.invalid'

export interface Gateway {
  readonly name: string
  readonly url: string
}

/** @param choose the gateway that the next request goes to */
export function recordingFetch(ledger: Ledger, choose: () => Gateway): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init)
    const gateway = choose()
    const { pathname, search } = new URL(request.url)
    const url = `${gateway.url}${pathname}${search}`
    const kind = kindOf(request.method, pathname)
    const body = request.method === 'GET' ? undefined : await request.text()
    const headers = new Headers(request.headers)
    // The caller's own signal: a request's copy of it is deaf once the request is collected, and a stream outlives it.
    const signal = init?.signal ?? request.signal
    const send = () => fetch(url, { method: request.method, headers, signal, ...(body ? { body } : {}) })
    if (!kind) return send()

    const requestId = randomUUID()
    headers.set('x-request-id', requestId)
    const idempotencyKey = headers.get('idempotency-key')
    const answer = ledger.begin({
      requestId,
      ...kind,
      ...(kind.action === 'command' ? { commandType: typeOf(body) } : {}),
      ...(idempotencyKey === null ? {} : { idempotencyKey }),
      gateway: gateway.name,
      sentAt: Date.now(),
    })
    try {
      const response = await send()
      // The answer is what was read of it: one that breaks off is none.
      const text = await response.text()
      ledger.end(answer, { status: response.status, ...toldBy(kind.action, response, text) })
      return new Response(text, { status: response.status, headers: response.headers })
    } catch (error) {
      ledger.end(answer)
      throw error
    }
  }
}

type Kind = Pick<Answer, 'action' | 'sessionId' | 'taskId'>

function kindOf(method: string, path: string): Kind | undefined {
  if (method !== 'POST') return undefined
  const [, area, first, second, third] = path.split('/')
  if (area === 'genesis' && first === 'sessions') {
    if (second === undefined) return { action: 'open' }
    if (third === 'commands') return { action: 'command', sessionId: second }
  }
  if (area === 'tasks' && first !== undefined) {
    const action = (['progress', 'complete', 'fail', 'cancel'] as const).find((verb) => verb === second)
    if (action) return { action, taskId: first }
  }
  return undefined
}

const typeOf = (body: string | undefined): string =>
  (JSON.parse(body ?? '{}') as { command_type?: string }).command_type ?? ''

interface AnswerBody {
  readonly error_code?: string
  readonly session_id?: string
  readonly command_id?: string
  readonly task_id?: string
}

function toldBy(action: Answer['action'], response: Response, text: string): Partial<Answer> {
  const body = JSON.parse(text) as AnswerBody
  return {
    ...(body.error_code === undefined ? {} : { errorCode: body.error_code }),
    ...(action === 'open' && body.session_id !== undefined ? { sessionId: body.session_id } : {}),
    ...(action === 'command' && body.command_id !== undefined ? { commandId: body.command_id } : {}),
    ...(action === 'command' && body.task_id !== undefined ? { taskId: body.task_id } : {}),
    replayed: response.headers.get('idempotent-replayed') === 'true',
  }
}
