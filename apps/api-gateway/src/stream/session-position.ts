/** A position in the stream of one session: the version of the last event that was shown. */
import { VarintReader, writeVarint } from './varint'

const KIND = 1
const UUID_BYTES = 16

/**
 * The opaque position, good for `?context_id=` of this session alone.
 * @param version aggregate_version of the last event that the reader knows; 0 for none
 */
export function sessionPosition(sessionId: string, version: number): string {
  const bytes = [KIND, ...uuidBytes(sessionId)]
  writeVarint(bytes, BigInt(version))
  return Buffer.from(bytes).toString('base64url')
}

/** The version in a position of this session; undefined when the text is none. */
export function readSessionPosition(sessionId: string, text: string): number | undefined {
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.toString('base64url') !== text || bytes[0] !== KIND) return undefined
  if (!bytes.subarray(1, 1 + UUID_BYTES).equals(uuidBytes(sessionId))) return undefined
  const reader = new VarintReader(bytes.subarray(1 + UUID_BYTES))
  const version = reader.next()
  if (version === undefined || !reader.atEnd() || version > 0x7fff_ffffn) return undefined
  return Number(version)
}

function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex')
}
