/** What both services need and is not a type: settings, logging and tracing. */
export * from './database-outage'
export * from './logger'
export * from './open-telemetry'
export * from './setting-kinds'
export * from './settings'
export * from './traceparent'
export * from './tracing'
export { bool, str, type CleanedEnv } from 'envalid'
