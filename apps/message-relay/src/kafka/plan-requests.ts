/** Splits records into requests that the broker will take: bounded for each partition, and as a whole. */
import type { PartitionedRecord } from './request-producer'
import type { TopicFacts } from './topic-facts'

/** A whole request of several records. */
export const MAX_REQUEST_BYTES = 8 * 1024 * 1024
/** Within a publish's 4 s at 34 Mbit/s. A transfer that outlasts the deadline passes for an outage, and is tried for ever. */
export const LARGEST_UNASKED_BYTES = 16 * 1024 * 1024
/** The header of a record batch, and what varints may take for each record and header. */
const BATCH_OVERHEAD = 61
const RECORD_OVERHEAD = 24
const HEADER_OVERHEAD = 8

interface Request<R> {
  readonly records: R[]
  readonly bytesOf: Map<number, number>
  bytes: number
  /** It holds one record that is too large alone: nobody shares its fate. */
  readonly alone: boolean
}

/** An upper bound of what a record takes alone in its batch. */
export function batchBytes(record: PartitionedRecord): number {
  return BATCH_OVERHEAD + recordBytes(record)
}

/** An upper bound of what a record takes in its batch. */
export function recordBytes({ message }: PartitionedRecord): number {
  let bytes = RECORD_OVERHEAD + Buffer.byteLength(message.key) + Buffer.byteLength(message.value)
  for (const name in message.headers) {
    bytes += HEADER_OVERHEAD + name.length + Buffer.byteLength(message.headers[name] ?? '')
  }
  return bytes
}

/**
 * Bytes of the largest batch that is sent at all. A record beyond what the topic is known to take is not, for one that comes
 * near the broker's bound on requests gets no refusal, only silence or a closed connection, which would pass for an outage.
 * Where the topic's bound is not known the broker is asked, up to what is sure to reach it within the publish's deadline.
 */
export function largestBatchSent({
  maxBatchBytes,
  isBoundKnown,
}: Pick<TopicFacts, 'maxBatchBytes' | 'isBoundKnown'>): number {
  return isBoundKnown ? Math.max(maxBatchBytes, MAX_REQUEST_BYTES) : LARGEST_UNASKED_BYTES
}

/** True for a record that is not to be sent at all: see {@link largestBatchSent}. */
export function isTooLargeToSend(
  record: PartitionedRecord,
  facts: Pick<TopicFacts, 'maxBatchBytes' | 'isBoundKnown'>,
): boolean {
  return batchBytes(record) > largestBatchSent(facts)
}

/**
 * Requests to be sent one after the other. A partition's records keep their order across them.
 * @param maxBatchBytes the topic's max.message.bytes
 */
export function planRequests<R extends PartitionedRecord>(
  records: readonly R[],
  maxBatchBytes: number,
): R[][] {
  const requests: Request<R>[] = []
  // No record goes into a request before the one that holds its partition's last record.
  const lastOf = new Map<number, number>()
  for (const record of records) {
    const bytes = recordBytes(record)
    const alone = bytes + BATCH_OVERHEAD > maxBatchBytes
    let index = alone ? requests.length : (lastOf.get(record.partition) ?? 0)
    while (!alone && index < requests.length && !hasRoom(requests[index], record, bytes, maxBatchBytes)) {
      index += 1
    }
    const request = (requests[index] ??= { records: [], bytesOf: new Map(), bytes: 0, alone })
    request.records.push(record)
    request.bytes += bytes
    request.bytesOf.set(record.partition, (request.bytesOf.get(record.partition) ?? BATCH_OVERHEAD) + bytes)
    lastOf.set(record.partition, index)
  }
  return requests.map((request) => request.records)
}

function hasRoom<R extends PartitionedRecord>(
  request: Request<R> | undefined,
  { partition }: R,
  bytes: number,
  maxBatchBytes: number,
): boolean {
  if (!request) return true
  if (request.alone || request.bytes + bytes > MAX_REQUEST_BYTES) return false
  return (request.bytesOf.get(partition) ?? BATCH_OVERHEAD) + bytes <= maxBatchBytes
}
