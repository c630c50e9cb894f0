/** What the tests of every package share: databases, topics, tokens, processes, waiting. */
export * from './database'
export * from './eventually'
export * from './kafka'
export * from './repository-root'
export * from './running-system'
export * from './service-process'
export * from './tokens'
