/** What tests, tools and the other programs of this folder use of the local stack. */
export { chooseProvider, obstacleTo, openProvider, type Environment } from './choose-provider'
export { freePort } from './free-port'
export {
  DATABASE_NAME,
  PartStartError,
  PROVIDER_NAMES,
  StackRefusal,
  type KafkaPart,
  type PartState,
  type PostgresPart,
  type ProviderName,
  type StackPart,
  type StackProvider,
} from './provider'
export { MIGRATION_FILE, REPOSITORY_ROOT, ROLES_FILE, STACK_FOLDER } from './repository'
export { RunFolder, sweep } from './runs/run-folder'
export { waitUntil } from './wait-until'
export { progressOn, type Progress } from './cli/progress'
export { exitCodeOf, explain, runProgram, shutdownSignal, untilAborted } from './cli/run-program'
export { describeMigration, migrate, type MigrationReport } from './migrate/migrate'
export { applyRoles } from './migrate/roles'
export { LocalStack, type StackOptions } from './stack/local-stack'
export { NODE_ARGUMENTS, Service } from './stack/service'
export { readStackFile, type StackFile } from './stack/stack-file'
export { jwtEnvironment, jwtSettings, signToken, type JwtSettings } from './stack/credentials'
export { createTopics, deleteTopics, RELAY_CLI } from './stack/topics'
export { createTopic } from './readiness/topic-ready'
