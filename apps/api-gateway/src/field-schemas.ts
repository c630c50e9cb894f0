/** The schemas of fields that many requests and answers have. */
export const uuid = { type: 'string', format: 'uuid' } as const
export const time = { type: 'string', format: 'date-time' } as const
/** How far a task is. */
export const percent = { type: 'number', minimum: 0, maximum: 100 } as const
