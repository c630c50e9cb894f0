/** RFC 8725 (JSON Web Token Best Current Practices), section 3, point by point. */
import { createHmac, generateKeyPairSync, sign as signBytes, type KeyObject } from 'node:crypto'
import { readJwtSettings } from '../jwt-config'
import { secretKey, unfit, type JwtAlgorithm, type KeyHint } from './jwt-keys'
import { HttpProblem } from './problem'
import { rememberTokens } from './remember-tokens'
import type { TokenPolicy } from './verify-token'

const SECRET = 'a-secret-of-more-than-thirty-two-bytes'
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
const NOW_SECONDS = 1_800_000_000

const CLAIMS = {
  iss: 'https://issuer.example',
  aud: 'genesis',
  sub: 'ada',
  iat: NOW_SECONDS,
  exp: NOW_SECONDS + 600,
}

/** A policy and the keys that it was asked for. */
function policyOf(algorithms: JwtAlgorithm[], key: KeyObject): TokenPolicy & { asked: KeyHint[] } {
  const asked: KeyHint[] = []
  return {
    algorithms,
    issuer: CLAIMS.iss,
    audience: CLAIMS.aud,
    clockToleranceSeconds: 5,
    keyFor: (hint) => {
      asked.push(hint)
      return key
    },
    now: () => NOW_SECONDS * 1000,
    asked,
  }
}
const bySecret = () => policyOf(['HS256'], secretKey(SECRET))
const byRsa = () => policyOf(['RS256'], rsa.publicKey)

const base64url = (part: object | string | Buffer) =>
  Buffer.from(typeof part === 'string' || Buffer.isBuffer(part) ? part : JSON.stringify(part)).toString(
    'base64url',
  )

/** A token over a good signature, whatever it says. */
function hmacToken(claims: object | string | Buffer = CLAIMS, header: object | Buffer = {}): string {
  const head = Buffer.isBuffer(header) ? header : { alg: 'HS256', typ: 'JWT', ...header }
  const signed = `${base64url(head)}.${base64url(claims)}`
  return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`
}

function rsaToken(header: object = {}, claims: object = CLAIMS): string {
  const signed = `${base64url({ alg: 'RS256', typ: 'JWT', ...header })}.${base64url(claims)}`
  return `${signed}.${signBytes('sha256', Buffer.from(signed), rsa.privateKey).toString('base64url')}`
}

async function verdictOn(token: string, by: TokenPolicy): Promise<string> {
  try {
    const { caller } = await rememberTokens(by)(token)
    return `lets ${caller.sub} in`
  } catch (error) {
    if (!(error instanceof HttpProblem)) throw error
    return error.code
  }
}

const settings = (environment: Record<string, string>) =>
  readJwtSettings({ JWT_ISSUER: 'issuer', JWT_AUDIENCE: 'audience', ...environment })
const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString()

it('lets a token in that follows every point', async () => {
  expect(await verdictOn(hmacToken(), bySecret())).toBe('lets ada in')
  expect(await verdictOn(rsaToken(), byRsa())).toBe('lets ada in')
})

describe('RFC 8725 3.1, Perform Algorithm Verification', () => {
  it('takes the algorithms from the settings and never from the token', async () => {
    expect(await verdictOn(hmacToken(CLAIMS, { alg: 'HS512' }), bySecret())).toBe('INVALID_TOKEN')
    expect(await verdictOn(rsaToken({ alg: 'PS256' }), byRsa())).toBe('INVALID_TOKEN')
  })

  it('verifies no HMAC with a public key, even where somebody pinned both', async () => {
    const signed = `${base64url({ alg: 'HS256', typ: 'JWT' })}.${base64url(CLAIMS)}`
    const confused = `${signed}.${createHmac('sha256', pem(rsa.publicKey)).update(signed).digest('base64url')}`
    expect(await verdictOn(confused, policyOf(['HS256', 'RS256'], rsa.publicKey))).toBe('INVALID_TOKEN')
  })

  it('lets each key serve algorithms of one kind only', () => {
    expect(unfit(rsa.publicKey, 'HS256')).toBeDefined()
    expect(unfit(secretKey(SECRET), 'RS256')).toBeDefined()
    expect(unfit(ec.publicKey, 'RS256')).toBeDefined()
    const both = { JWT_ALGORITHMS: 'HS256,RS256', JWT_PUBLIC_KEY: pem(rsa.publicKey) }
    expect(() => settings(both)).toThrow('HS256 needs a secret')
  })
})

describe('RFC 8725 3.2, Use Appropriate Algorithms', () => {
  it.each(['none', 'None', 'NONE', 'nOnE', ''])(
    'refuses alg "%s", with a signature and without',
    async (alg) => {
      const token = hmacToken(CLAIMS, { alg })
      expect(await verdictOn(token, bySecret())).toBe('INVALID_TOKEN')
      expect(await verdictOn(token.replace(/[^.]*$/, ''), bySecret())).toBe('INVALID_TOKEN')
    },
  )

  it.each(['none', 'HS1', 'RS1', 'RSA1_5', 'ES256K'])('cannot be set to %s', (algorithm) => {
    expect(() => settings({ JWT_ALGORITHMS: algorithm, JWT_SECRET: SECRET })).toThrow('JWT_ALGORITHMS')
  })
})

describe('RFC 8725 3.3, Validate All Cryptographic Operations', () => {
  it('refuses a token whose signature fails, before it looks at a claim', async () => {
    const expired = { ...CLAIMS, exp: NOW_SECONDS - 600, iat: NOW_SECONDS - 900 }
    expect(await verdictOn(hmacToken(expired), bySecret())).toBe('TOKEN_EXPIRED')
    const broken = hmacToken(expired).replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))
    expect(await verdictOn(broken, bySecret())).toBe('INVALID_TOKEN')
  })

  it('refuses a token inside a token, though both signatures are good', async () => {
    expect(await verdictOn(hmacToken(hmacToken(), { cty: 'JWT' }), bySecret())).toBe('INVALID_TOKEN')
  })
})

describe('RFC 8725 3.4, Validate Cryptographic Inputs', () => {
  it('takes no point of a curve that the algorithm does not name', () => {
    expect(unfit(ec.publicKey, 'ES256')).toBeUndefined()
    expect(unfit(ec.publicKey, 'ES384')).toBe('ES384 needs a key on the curve secp384r1')
    const bitcoin = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
    expect(unfit(bitcoin.publicKey, 'ES256')).toBeDefined()
  })

  it('refuses an ECDSA signature of zeros', async () => {
    const token = `${base64url({ alg: 'ES256', typ: 'JWT' })}.${base64url(CLAIMS)}.${base64url(Buffer.alloc(64))}`
    expect(await verdictOn(token, policyOf(['ES256'], ec.publicKey))).toBe('INVALID_TOKEN')
  })
})

describe('RFC 8725 3.5, Ensure Cryptographic Keys Have Sufficient Entropy', () => {
  it('refuses a secret of less than 32 bytes, without repeating it', () => {
    const short = 'thirty-one-bytes-and-not-a-bit-'
    expect(() => settings({ JWT_ALGORITHMS: 'HS256', JWT_SECRET: short })).toThrow('at least 32 bytes')
    expect(() => settings({ JWT_ALGORITHMS: 'HS256', JWT_SECRET: short })).not.toThrow(short)
  })

  it('refuses an RSA key of less than 2048 bits', () => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 })
    expect(unfit(weak.publicKey, 'RS256')).toBe('an RSA key needs 2048 bits at least')
    const environment = { JWT_ALGORITHMS: 'RS256', JWT_PUBLIC_KEY: pem(weak.publicKey) }
    expect(() => settings(environment)).toThrow('2048 bits')
  })
})

describe('RFC 8725 3.6, Avoid Compression of Encryption Inputs', () => {
  it('takes signed tokens only: an encrypted one, which could be compressed, is refused', async () => {
    const header = { alg: 'dir', enc: 'A256GCM', zip: 'DEF' }
    const encrypted = [header, '', 'iv', 'ciphertext', 'tag'].map(base64url).join('.')
    expect(await verdictOn(encrypted, bySecret())).toBe('INVALID_TOKEN')
    expect(await verdictOn(`${hmacToken()}.x.y`, bySecret())).toBe('INVALID_TOKEN')
  })
})

describe('RFC 8725 3.7, Use UTF-8', () => {
  const inLatin1 = (value: object) => Buffer.from(JSON.stringify(value), 'latin1')

  it('reads names that are not ASCII', async () => {
    expect(await verdictOn(hmacToken({ ...CLAIMS, sub: '作者' }), bySecret())).toBe('lets 作者 in')
  })

  it('refuses claims in another encoding, which would make one of two names', async () => {
    expect(await verdictOn(hmacToken(inLatin1({ ...CLAIMS, sub: 'andré' })), bySecret())).toBe(
      'INVALID_TOKEN',
    )
  })

  it('refuses a header in another encoding', async () => {
    const header = inLatin1({ alg: 'HS256', typ: 'JWT', kid: 'clé' })
    expect(await verdictOn(hmacToken(CLAIMS, header), bySecret())).toBe('INVALID_TOKEN')
  })
})

describe('RFC 8725 3.8, Validate Issuer and Subject', () => {
  it.each([
    ['another issuer', { iss: 'https://another.example' }],
    ['no issuer', { iss: undefined }],
    ['a longer issuer', { iss: `${CLAIMS.iss}.evil.example` }],
    ['no subject', { sub: undefined }],
    ['an empty subject', { sub: '' }],
    ['a subject that is no string', { sub: { name: 'ada' } }],
    ['a subject that is a number', { sub: 1 }],
  ])('refuses %s', async (_name, wrong) => {
    expect(await verdictOn(hmacToken({ ...CLAIMS, ...wrong }), bySecret())).toBe('INVALID_TOKEN')
  })

  it('cannot be run without an issuer', () => {
    const environment = { JWT_ALGORITHMS: 'HS256', JWT_SECRET: SECRET, JWT_AUDIENCE: 'audience' }
    expect(() => readJwtSettings(environment)).toThrow('JWT_ISSUER: is required')
  })
})

describe('RFC 8725 3.9, Use and Validate Audience', () => {
  it.each([
    ['another audience', { aud: 'another' }],
    ['no audience', { aud: undefined }],
    ['an empty list of audiences', { aud: [] }],
    ['an audience that only begins like ours', { aud: 'genesis-admin' }],
  ])('refuses %s', async (_name, wrong) => {
    expect(await verdictOn(hmacToken({ ...CLAIMS, ...wrong }), bySecret())).toBe('INVALID_TOKEN')
  })

  it('finds itself among several', async () => {
    expect(await verdictOn(hmacToken({ ...CLAIMS, aud: ['another', 'genesis'] }), bySecret())).toBe(
      'lets ada in',
    )
  })

  it('cannot be run without an audience', () => {
    const environment = { JWT_ALGORITHMS: 'HS256', JWT_SECRET: SECRET, JWT_ISSUER: 'issuer' }
    expect(() => readJwtSettings(environment)).toThrow('JWT_AUDIENCE: is required')
  })
})

describe('RFC 8725 3.10, Do Not Trust Received Claims', () => {
  it.each([
    ['jwk', { kty: 'oct', k: base64url('a key of the attacker') }],
    ['jku', 'https://169.254.169.254/keys'],
    ['x5u', 'https://169.254.169.254/certificate'],
    ['crit', ['b64']],
  ])('refuses the header %s, over a good signature, and asks for no key', async (name, value) => {
    const by = bySecret()
    expect(await verdictOn(hmacToken(CLAIMS, { [name]: value }), by)).toBe('INVALID_TOKEN')
    expect(by.asked).toEqual([])
  })

  it.each(['../../dev/null', '/dev/null', 'C:\\keys\\0', { $ne: null }, 7])(
    'refuses the kid %j, and asks for no key',
    async (kid) => {
      const by = bySecret()
      expect(await verdictOn(hmacToken(CLAIMS, { kid }), by)).toBe('INVALID_TOKEN')
      expect(by.asked).toEqual([])
    },
  )

  it('hands a kid on as a name to compare, whatever it looks like', async () => {
    const by = bySecret()
    expect(await verdictOn(hmacToken(CLAIMS, { kid: `' OR 1=1 --` }), by)).toBe('lets ada in')
    expect(by.asked).toEqual([{ alg: 'HS256', kid: `' OR 1=1 --` }])
  })
})

describe('RFC 8725 3.11, Use Explicit Typing', () => {
  it.each(['logout+jwt', 'secevent+jwt', 'dpop+jwt', 'entity-statement+jwt', 'JWE', 7])(
    'refuses a token of type %j, made for something else',
    async (typ) => {
      expect(await verdictOn(hmacToken(CLAIMS, { typ }), bySecret())).toBe('INVALID_TOKEN')
    },
  )

  it.each(['JWT', 'jwt', 'at+jwt', 'application/at+jwt', undefined])('takes type %j', async (typ) => {
    expect(await verdictOn(hmacToken(CLAIMS, { typ }), bySecret())).toBe('lets ada in')
  })
})

describe('RFC 8725 3.12, Use Mutually Exclusive Validation Rules for Different Kinds of JWTs', () => {
  // Issuer, audience, type and key tell the kinds apart; each is tested above. What is left is the lifetime.
  it('takes no token that lives longer than an access token does', async () => {
    const refresh = { ...CLAIMS, exp: NOW_SECONDS + 24 * 60 * 60 + 1 }
    expect(await verdictOn(hmacToken(refresh), bySecret())).toBe('INVALID_TOKEN')
    expect(await verdictOn(hmacToken({ ...refresh, exp: undefined }), bySecret())).toBe('INVALID_TOKEN')
  })

  it('takes no ID token, whose audience is the client that asked for it', async () => {
    const idToken = { ...CLAIMS, aud: 'the-front-end', nonce: 'n-0S6_WzA2Mj' }
    expect(await verdictOn(hmacToken(idToken), bySecret())).toBe('INVALID_TOKEN')
  })
})
