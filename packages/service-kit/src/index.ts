/** What both services need and is not a type: settings and logging. */
export * from './logger'
export * from './setting-kinds'
export * from './settings'
export { bool, str, type CleanedEnv } from 'envalid'
