/** Remembers tokens that were found good, so that not every request pays for the signature of the same one. */
import { LRUCache } from 'lru-cache'
import { verifyToken, type TokenPolicy, type TokenVerifier, type VerifiedToken } from './verify-token'

/** Of all the tokens together; those used last are kept. */
const MAX_CHARACTERS = 4 * 1024 * 1024

/** A verifier by `policy` that works out once what cannot change: a token's signature and its claims. */
export function rememberTokens(policy: TokenPolicy): TokenVerifier {
  const good = new LRUCache<string, VerifiedToken>({
    maxSize: MAX_CHARACTERS,
    sizeCalculation: (_verified, token) => token.length,
  })
  return async (token) => {
    const known = good.get(token)
    if (known && (await isStillGood(known, policy))) return known
    const verified = await verifyToken(token, policy)
    good.set(token, verified)
    return verified
  }
}

// What can change is the time, and whether its key is still the one to verify it with: that is asked every time, so that
// a key which is published no longer stops its tokens as soon as without a memory.
async function isStillGood(
  { expiresAtSeconds, signedWith: { hint, key } }: VerifiedToken,
  policy: TokenPolicy,
): Promise<boolean> {
  const expired = policy.now() / 1000 >= expiresAtSeconds + policy.clockToleranceSeconds
  return !expired && (await policy.keyFor(hint)) === key
}
