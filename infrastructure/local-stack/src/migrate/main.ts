/**
 * `npm run db:migrate`: applies the migration to DATABASE_URL, or to the database of the running stack.
 * `npm run db:migrate -- --create-database` creates the database first where there is none.
 */
import { runProgram } from '../cli/run-program'
import { databaseOf, withDatabase } from '../external/external-provider'
import { StackRefusal } from '../provider'
import { readStackFile } from '../stack/stack-file'
import { describeMigration, migrate, NoSuchDatabaseError } from './migrate'

const CREATE_DATABASE = '--create-database'
const WHAT_IT_WAITS_FOR =
  'others go on writing; it waits for the transactions that are open now (pg_stat_activity, by xact_start)'

const targetUrl = (): string => {
  const given = process.env.DATABASE_URL
  if (given !== undefined && given !== '') {
    if (!/^postgres(ql)?:\/\/./.test(given) || !URL.canParse(given))
      throw new StackRefusal(
        'DATABASE_URL is no connection string such as postgres://user:password@host:5432/database',
      )
    return withDatabase(given, databaseOf(given))
  }
  const running = readStackFile()
  if (running !== undefined) return running.database_url
  throw new StackRefusal('Which database? Set DATABASE_URL, or start a stack first: npm start')
}

const explained = (cause: unknown): StackRefusal =>
  cause instanceof NoSuchDatabaseError
    ? new StackRefusal(
        `${cause.message}. Is its name spelt right? To create it: npm run db:migrate -- ${CREATE_DATABASE}`,
        { cause },
      )
    : new StackRefusal(`The migration failed: ${(cause as Error).message}`, { cause })

runProgram(async () => {
  const args = process.argv.slice(2).filter((arg) => arg !== '--')
  const unknown = args.find((arg) => arg !== CREATE_DATABASE)
  if (unknown !== undefined) throw new StackRefusal(`db:migrate knows ${CREATE_DATABASE}, not ${unknown}`)
  const url = targetUrl()
  const { host, pathname } = new URL(url)
  const target = `${host}, database ${pathname.slice(1)}`
  const patience = setTimeout(() => {
    process.stderr.write(`waiting for PostgreSQL at ${target} …\n`)
  }, 1_000)
  const say = (line: string): void => {
    clearTimeout(patience)
    process.stderr.write(`${line}\n`)
  }
  const report = await migrate(url, {
    createDatabase: args.includes(CREATE_DATABASE),
    tell: (statement) => say(`${statement}\n  ${WHAT_IT_WAITS_FOR}`),
    anotherRuns: () => say(`another migration of ${target} is at work: waiting for its end …`),
  })
    .finally(() => clearTimeout(patience))
    .catch((cause: unknown) => {
      throw explained(cause)
    })
  process.stdout.write(`${describeMigration(report).join('\n')}\n`)
  return 0
})
