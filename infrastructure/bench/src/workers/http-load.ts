/** Sends commands over HTTP with signed tokens, as fast as they are answered or at a rate. */
import { Pool, type Dispatcher } from 'undici'
import { tokenFor } from '../environment/tokens'
import { closedLoop, openLoop, type LoadResult, type LoadWindow } from '../measure/load-loops'
import { FEEDBACK, ownerOf, sessionId, SESSIONS } from '../seed/sessions'
import { runWorker } from './worker'

export interface HttpLoadJob {
  readonly url: string
  /** How many requests are under way at once, or how many are begun in a second. */
  readonly load: { readonly inFlight: number } | { readonly perSecond: number }
  readonly warmUpMs: number
  readonly measureMs: number
  /** Only the first so many sessions; all unless given. */
  readonly sessions?: number
}

const MAX_CONNECTIONS = 256
/** How many are under way while a process is warmed up for a rate, and how long the rate itself is left out. */
const WARMING = 32
const SETTLING_MS = 1_000
const BODY = JSON.stringify({ command_type: 'SubmitFeedback', payload: FEEDBACK })

runWorker<HttpLoadJob>(async ({ job, ready, mark }) => {
  const pool = new Pool(job.url, { connections: MAX_CONNECTIONS, pipelining: 1 })
  const tokens = new Map<string, string>()
  const requests = Array.from({ length: job.sessions ?? SESSIONS }, (_, number) => {
    const owner = ownerOf(number)
    const token = tokens.get(owner) ?? tokenFor(owner)
    tokens.set(owner, token)
    return {
      path: `/genesis/sessions/${sessionId(number)}/commands`,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    }
  })
  const send = (number: number) => {
    const request = requests[number]
    if (!request) throw new Error('there is no such session')
    return post(pool, { method: 'POST', body: BODY, ...request })
  }
  await ready()
  const { load } = job
  const closed = (inFlight: number, window: LoadWindow): Promise<LoadResult> =>
    closedLoop({ ...window, inFlight }, (sender) => {
      // Each sender has sessions of its own: the sessions' queues are another scenario's business.
      const turns = Math.floor(requests.length / inFlight)
      return send(Math.floor(Math.random() * turns) * inFlight + sender)
    })
  const toAnyone = () => send(Math.floor(Math.random() * requests.length))
  const atRate = async (perSecond: number): Promise<LoadResult> => {
    // Too few sessions for so many senders: at full speed each user would meet the gateway's rate limit.
    if (requests.length < WARMING) return openLoop({ ...job, perSecond, mark }, toAnyone)
    // A process that has just been started could not keep up with the rate, and what it owed would be measured.
    const warm = await closed(WARMING, { warmUpMs: 0, measureMs: job.warmUpMs, mark: () => undefined })
    const result = await openLoop({ ...job, warmUpMs: SETTLING_MS, perSecond, mark }, toAnyone)
    return { ...result, accepted: warm.accepted + result.accepted, errors: warm.errors + result.errors }
  }
  const result =
    'inFlight' in load ? await closed(load.inFlight, { ...job, mark }) : await atRate(load.perSecond)
  await pool.destroy()
  return result
})

/** undici's dispatch instead of its promises: the load shares the cores with what it measures. */
function post(pool: Pool, options: Dispatcher.DispatchOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    let status = 0
    let body = ''
    pool.dispatch(options, {
      onRequestStart: () => undefined,
      onResponseStart: (_, statusCode) => {
        status = statusCode
      },
      onResponseData: (_, chunk) => {
        if (status >= 300) body += chunk.toString()
      },
      onResponseEnd: () => {
        if (status === 200) resolve()
        else reject(new Error(`answered ${status}: ${body}`))
      },
      onResponseError: (_, error) => reject(error),
    })
  })
}
