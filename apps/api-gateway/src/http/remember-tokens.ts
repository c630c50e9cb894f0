/** Remembers tokens that were found good, so that not every request pays for the signature of the same one. */
import type { KeyObject } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { KeyHint } from './jwt-keys'
import {
  readKeyHint,
  verifyWithKey,
  type TokenPolicy,
  type TokenVerifier,
  type VerifiedToken,
} from './verify-token'

/** Of all the tokens together; those used last are kept, some seven thousand of the usual size. */
const MAX_BYTES = 8 * 1024 * 1024
// Measured on the heap, beside the token itself.
const ENTRY_BYTES = 600
const SCOPE_BYTES = 64

interface GoodToken {
  readonly verified: VerifiedToken
  /** The key that its signature was made with, and what it was found by. */
  readonly key: KeyObject
  readonly hint: KeyHint
}

/** A verifier by `policy` that works out once what cannot change: a token's signature and its claims. */
// Kept by the token, not by its hash: that costs 3 µs a request, and saves a memory that is bounded anyway.
export function rememberTokens(policy: TokenPolicy): TokenVerifier {
  const good = new LRUCache<string, GoodToken>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ verified }, token) =>
      token.length + ENTRY_BYTES + SCOPE_BYTES * verified.caller.scopes.size,
  })
  return async (token) => {
    const known = good.get(token)
    const hint = known?.hint ?? readKeyHint(token, policy.algorithms)
    // Asked every time, so that a key which is published no longer stops its tokens as soon as without a memory.
    const key = await policy.keyFor(hint)
    if (known && known.key === key && !isExpired(known.verified, policy)) return known.verified
    good.delete(token)
    const verified = verifyWithKey(token, hint, key, policy)
    if (key) good.set(token, { verified, key, hint })
    return verified
  }
}

function isExpired(
  { expiresAtSeconds }: VerifiedToken,
  { now, clockToleranceSeconds }: TokenPolicy,
): boolean {
  return now() / 1000 >= expiresAtSeconds + clockToleranceSeconds
}
