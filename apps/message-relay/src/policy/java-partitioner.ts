/** Chooses a key's partition as Java's clients do: murmur2 of the key's bytes. */

const SEED = 0x9747b28c
const M = 0x5bd1e995

/** The partition of `key` among `partitions`, equal to that of org.apache.kafka.clients.producer. */
export function partitionOf(key: Buffer, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions
}

/** org.apache.kafka.common.utils.Utils.murmur2, as a signed 32-bit number. */
export function murmur2(bytes: Buffer): number {
  const { length } = bytes
  const words = length >>> 2
  let h = SEED ^ length
  for (let word = 0; word < words; word += 1) {
    let k = Math.imul(bytes.readInt32LE(word * 4), M)
    k = Math.imul(k ^ (k >>> 24), M)
    h = Math.imul(h, M) ^ k
  }
  const rest = bytes.subarray(words * 4)
  if (rest.length > 0) {
    for (let index = rest.length - 1; index >= 0; index -= 1) h ^= (rest[index] ?? 0) << (8 * index)
    h = Math.imul(h, M)
  }
  h = Math.imul(h ^ (h >>> 13), M)
  return h ^ (h >>> 15)
}
