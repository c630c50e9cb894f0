/** Measures an event as PostgreSQL will print it, before it is written. */
import type { EventEnvelope } from '@infinite-scribe/shared-types'
import { refuse, type Refusal } from '../outcome'

// "1e308" is five bytes in a request and 309 in jsonb's text: nothing grows more than this.
const WORST_GROWTH = 64

/** A refusal when one of the events is larger than the topic takes, measured in bytes of `payload::text`. */
export function refuseOversized(envelopes: readonly EventEnvelope[], maxBytes: number): Refusal | undefined {
  for (const envelope of envelopes) {
    if (Buffer.byteLength(JSON.stringify(envelope)) * WORST_GROWTH <= maxBytes) continue
    const bytes = jsonbTextBytes(envelope)
    if (bytes > maxBytes)
      return refuse('PAYLOAD_TOO_LARGE', `The event would have ${bytes} bytes; ${maxBytes} are allowed`)
  }
  return undefined
}

/** The bytes of `value::jsonb::text` in UTF-8. `value` is what JSON.stringify takes; its strings are well formed. */
export function jsonbTextBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(JSON.stringify(value))
  if (typeof value === 'number') return numericTextLength(value)
  if (typeof value !== 'object' || value === null) return String(value).length
  if (Array.isArray(value)) return enclosed(value.map(jsonbTextBytes))
  return enclosed(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => jsonbTextBytes(name) + ': '.length + jsonbTextBytes(member)),
  )
}

// Two brackets, and ", " between the members.
function enclosed(members: readonly number[]): number {
  return members.reduce((sum, bytes) => sum + bytes, 2 + Math.max(0, members.length - 1) * ', '.length)
}

// numeric knows no exponent: 1e21 is written out, and so is 1e-7.
function numericTextLength(value: number): number {
  const text = JSON.stringify(value)
  const match = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text)
  if (!match) return text.length
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  const power = Number(exponent)
  if (power >= 0)
    return sign.length + whole.length + Math.max(power, fraction.length + (fraction.length > power ? 1 : 0))
  return sign.length + '0.'.length + fraction.length - power + whole.length - 1
}
