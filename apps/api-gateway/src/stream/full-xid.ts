/** SQL for the full id of a transaction of which only the lower 32 bits are stored, as in a row or a lock. */

/**
 * As bigint. The upper bits are those of `newest.xmax` (the snapshot's, bigint), or one less where the id would not
 * be below `bound`.
 * @param lower SQL of the lower 32 bits, as bigint
 * @param bound SQL of what all such ids are below, as bigint
 */
export function fullXid(lower: string, bound: string): string {
  const inThisEpoch = `(newest.xmax & -4294967296) + ${lower}`
  return `(CASE WHEN ${inThisEpoch} < ${bound} THEN ${inThisEpoch} ELSE ${inThisEpoch} - 4294967296 END)`
}
