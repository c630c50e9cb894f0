/** The buckets of whatever a client waits for: around what is usual, up to the longest time-out. */
export const DURATION_BUCKETS_SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
