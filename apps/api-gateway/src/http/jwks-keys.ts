/**
 * The keys that an identity provider publishes, by their ids, kept for ten minutes at most.
 * jwks-rsa lets unknown ids use up the rate at which it asks, jose refuses a key published seconds after it asked;
 * so the policy is our own: unknown ids ask again at a bounded rate, and nobody waits for a refresh that can wait.
 */
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { ServiceFault } from '../outcome'
import { unfit, type KeyHint, type KeyLookup } from './jwt-keys'

const MAX_AGE_MS = 10 * 60_000
const REFRESH_AFTER_MS = 5 * 60_000
const FETCH_TIMEOUT_MS = 3_000
const MAX_SET_BYTES = 512 * 1024
/** How often unknown ids may make us ask again: this many at once, one more every six seconds. */
const ASKS_AT_ONCE = 5
const NEXT_ASK_AFTER_MS = 6_000

interface PublishedKey {
  readonly kid: string | undefined
  readonly alg: string | undefined
  readonly key: KeyObject
}

interface KeySet {
  readonly keys: readonly PublishedKey[]
  readonly fetchedAtMs: number
}

/**
 * A lookup in the set at `url`.
 * @param now milliseconds since the epoch
 */
export function jwksLookup(url: URL, now: () => number = Date.now): KeyLookup {
  let current: KeySet | undefined
  let asking: Promise<KeySet> | undefined
  let asks = ASKS_AT_ONCE
  let asksAsOfMs = now()

  const ask = (): Promise<KeySet> =>
    (asking ??= fetchKeys(url)
      .then((keys) => (current = { keys, fetchedAtMs: now() }))
      .finally(() => (asking = undefined)))

  const mayAsk = (): boolean => {
    asks = Math.min(ASKS_AT_ONCE, asks + (now() - asksAsOfMs) / NEXT_ASK_AFTER_MS)
    asksAsOfMs = now()
    if (asks < 1) return false
    asks--
    return true
  }

  const fresh = (): KeySet | undefined =>
    current && now() - current.fetchedAtMs < MAX_AGE_MS ? current : undefined

  return async (hint) => {
    const set = fresh()
    if (!set) return pick(await ask().catch(unavailable), hint)
    const key = pick(set, hint)
    if (!key) return mayAsk() ? pick(await ask().catch(() => set), hint) : undefined
    if (now() - set.fetchedAtMs > REFRESH_AFTER_MS && !asking && mayAsk()) ask().catch(() => undefined)
    return key
  }
}

function unavailable(cause: unknown): never {
  throw new ServiceFault('SERVICE_UNAVAILABLE', 'the key set cannot be fetched', { cause })
}

/** The key with the token's id; a token without one takes the only key that fits. */
function pick({ keys }: KeySet, { alg, kid }: KeyHint): KeyObject | undefined {
  const fitting = keys.filter(
    (published) =>
      (kid === undefined || published.kid === kid) &&
      (published.alg === undefined || published.alg === alg) &&
      unfit(published.key, alg) === undefined,
  )
  return kid !== undefined || fitting.length === 1 ? fitting[0]?.key : undefined
}

async function fetchKeys(url: URL): Promise<PublishedKey[]> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
  })
  if (!response.ok) throw new Error(`the key set answered ${response.status}`)
  const text = await response.text()
  if (text.length > MAX_SET_BYTES) throw new Error('the key set is too large')
  const { keys } = JSON.parse(text) as { keys?: unknown }
  if (!Array.isArray(keys)) throw new Error('the key set has no keys')
  return keys.flatMap(readKey)
}

/** Keys of kinds that we do not know are passed by, as RFC 7517 asks. */
function readKey(jwk: JsonWebKey & { kid?: unknown; use?: unknown; alg?: unknown }): PublishedKey[] {
  if (jwk.use !== undefined && jwk.use !== 'sig') return []
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' })
    return [
      {
        key,
        kid: typeof jwk.kid === 'string' ? jwk.kid : undefined,
        alg: typeof jwk.alg === 'string' ? jwk.alg : undefined,
      },
    ]
  } catch {
    return []
  }
}
