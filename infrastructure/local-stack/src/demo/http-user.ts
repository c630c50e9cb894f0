/** A user of the HTTP interface with a signed token, who shows every call and its answer. */
import { DemoFault } from './demo-fault'

export interface Answer {
  readonly status: number
  readonly location: string | null
  readonly body: Readonly<Record<string, unknown>>
}

/** Longer than anything may take here; a call that hangs must not hang the demo. */
const CALL_TIMEOUT_MS = 30_000

export class HttpUser {
  constructor(
    private readonly url: string,
    private readonly token: string,
    private readonly who: string,
    private readonly say: (line: string) => void,
  ) {}

  get(path: string, expected: number): Promise<Answer> {
    return this.call('GET', path, undefined, expected)
  }

  post(path: string, body: object, expected: number): Promise<Answer> {
    return this.call('POST', path, body, expected)
  }

  /** @throws DemoFault when the status is not the expected one */
  private async call(
    method: string,
    path: string,
    body: object | undefined,
    expected: number,
  ): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    this.say(`  ${this.who} → ${method} ${path}${body === undefined ? '' : `  ${JSON.stringify(body)}`}`)
    this.say(`  ${String(response.status).padStart(this.who.length)} ← ${text}`)
    if (response.status !== expected) {
      throw new DemoFault(`${method} ${path}: expected ${expected}, got ${response.status} ${text}`)
    }
    return {
      status: response.status,
      location: response.headers.get('location'),
      body: JSON.parse(text) as Answer['body'],
    }
  }
}
