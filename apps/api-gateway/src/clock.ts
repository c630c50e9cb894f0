/** The time that events carry. */
export type Clock = () => Date

export const systemClock: Clock = () => new Date()
