/** The JWT_* settings: the pinned algorithms and exactly one key source that fits them. */
import type { KeyObject } from 'node:crypto'
import {
  commaSeparated,
  ConfigurationError,
  numberBetween,
  readSettings,
  str,
} from '@infinite-scribe/service-kit'
import {
  HMAC_ALGORITHMS,
  MIN_SECRET_BYTES,
  PUBLIC_KEY_ALGORITHMS,
  publicKeyFromPem,
  secretKey,
  unfit,
  type JwtAlgorithm,
} from './http/jwt-keys'

export interface JwtSettings {
  readonly algorithms: readonly JwtAlgorithm[]
  readonly issuer: string
  readonly audience: string
  readonly clockToleranceSeconds: number
  /** A key that verifies every token, or the URL of a set that holds such keys. */
  readonly source: { readonly key: KeyObject } | { readonly jwksUrl: URL }
}

const SPECS = {
  JWT_ALGORITHMS: commaSeparated(),
  JWT_ISSUER: str(),
  JWT_AUDIENCE: str(),
  JWT_CLOCK_TOLERANCE_SECONDS: numberBetween(0, 300)({ default: 5 }),
}
const KNOWN: readonly string[] = [...HMAC_ALGORITHMS, ...PUBLIC_KEY_ALGORITHMS]
const SOURCES = ['JWT_SECRET', 'JWT_PUBLIC_KEY', 'JWT_JWKS_URL'] as const

type Environment = Readonly<Record<string, string | undefined>>
type Source = JwtSettings['source']

/**
 * The JWT settings.
 * @throws {ConfigurationError} with every fault; no line repeats a key.
 */
export function readJwtSettings(environment: Environment): JwtSettings {
  const faults: string[] = []
  const source = readSource(environment, faults)
  // Faults of the algorithms are worth telling although another setting is missing.
  const algorithms = readAlgorithms(environment.JWT_ALGORITHMS, faults)
  if (source) faults.push(...misfits(source, algorithms))
  try {
    const settings = readSettings(environment, SPECS)
    if (faults.length === 0 && source) {
      return Object.freeze({
        algorithms,
        issuer: settings.JWT_ISSUER,
        audience: settings.JWT_AUDIENCE,
        clockToleranceSeconds: settings.JWT_CLOCK_TOLERANCE_SECONDS,
        source,
      })
    }
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    faults.push(...error.faults)
  }
  throw new ConfigurationError(faults)
}

function readAlgorithms(text: string | undefined, faults: string[]): JwtAlgorithm[] {
  if (!text) return []
  const names = text.split(',').map((name) => name.trim())
  const known = names.filter((name): name is JwtAlgorithm => KNOWN.includes(name))
  if (known.length < names.length) {
    faults.push(`JWT_ALGORITHMS: every one must be of ${KNOWN.join(', ')}`)
  }
  return known
}

function readSource(environment: Environment, faults: string[]): Source | undefined {
  const given = SOURCES.filter((name) => environment[name])
  const [name] = given
  if (!name || given.length > 1) {
    const found = given.length > 1 ? `, not ${given.join(' and ')}` : ''
    faults.push(`JWT_SECRET, JWT_PUBLIC_KEY, JWT_JWKS_URL: exactly one of them is required${found}`)
    return undefined
  }
  try {
    return SOURCE_READERS[name](environment[name] ?? '')
  } catch (error) {
    faults.push(`${name}: ${(error as Error).message}`)
    return undefined
  }
}

const SOURCE_READERS: Record<(typeof SOURCES)[number], (text: string) => Source> = {
  JWT_SECRET: (text) => {
    if (Buffer.byteLength(text) < MIN_SECRET_BYTES) {
      throw new Error(`must be at least ${MIN_SECRET_BYTES} bytes long`)
    }
    return { key: secretKey(text) }
  },
  JWT_PUBLIC_KEY: (text) => ({ key: publicKeyFromPem(text) }),
  JWT_JWKS_URL: (text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (url?.protocol !== 'https:' && url?.protocol !== 'http:') throw new Error('is no http or https URL')
    return { jwksUrl: url }
  },
}

function misfits(source: Source, algorithms: readonly JwtAlgorithm[]): string[] {
  return algorithms.flatMap((algorithm) => {
    const problem =
      'key' in source
        ? unfit(source.key, algorithm)
        : algorithm.startsWith('HS') && `${algorithm} does not fit JWT_JWKS_URL, whose keys are public`
    return problem ? [`JWT_ALGORITHMS: ${problem}`] : []
  })
}
