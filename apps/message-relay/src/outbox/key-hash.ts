/** What the index of parked rows has of a key: a key may be longer than an index entry can be. */

/** As the migration writes it, or the index is not found. Two keys may share a hash: compare the keys too. */
export const KEY_HASH = (key: string): string => `hashtextextended(${key}, 0)`
