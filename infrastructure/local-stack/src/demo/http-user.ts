/** A user of the interface with a signed token: the typed client, with every call and its answer shown. */
import { createClient, type Client } from '@infinite-scribe/client'

export interface Answer {
  readonly status: number
  readonly location: string | null
}

export interface HttpUser {
  readonly client: Client
  /** What the last call was answered with. */
  lastAnswer(): Answer
}

/** A user of the gateway at `baseUrl`, who is called `who` where calls are shown. */
export const httpUser = (
  baseUrl: string,
  token: string,
  who: string,
  say: (line: string) => void,
): HttpUser => {
  let last: Answer = { status: 0, location: null }
  const shownFetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init)
    const { pathname, search } = new URL(request.url)
    const body = await request.clone().text()
    const response = await fetch(request)
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false
    const text = isStream ? '(an event stream, which stays open)' : await response.clone().text()
    // Together, for calls may be under way at the same time.
    say(`  ${who} → ${request.method} ${pathname}${search}${body === '' ? '' : `  ${body}`}`)
    say(`  ${String(response.status).padStart(who.length)} ← ${text}`)
    last = { status: response.status, location: response.headers.get('location') }
    return response
  }
  return { client: createClient({ baseUrl, token, fetch: shownFetch }), lastAnswer: () => last }
}
