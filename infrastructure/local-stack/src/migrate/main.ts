/** `npm run db:migrate`: applies the migration to DATABASE_URL, or to the database of the running stack. */
import { runProgram } from '../cli/run-program'
import { StackRefusal } from '../provider'
import { readStackFile } from '../stack/stack-file'
import { describeMigration, migrate } from './migrate'

const targetUrl = (): string => {
  const given = process.env.DATABASE_URL
  if (given !== undefined && given !== '') {
    if (!/^postgres(ql)?:\/\/./.test(given) || !URL.canParse(given))
      throw new StackRefusal(
        'DATABASE_URL is no connection string such as postgres://user:password@host:5432/database',
      )
    return given
  }
  const running = readStackFile()
  if (running !== undefined) return running.database_url
  throw new StackRefusal('Which database? Set DATABASE_URL, or start a stack first: npm start')
}

runProgram(async () => {
  const url = targetUrl()
  const { host, pathname } = new URL(url)
  const patience = setTimeout(() => {
    process.stderr.write(`waiting for PostgreSQL at ${host}, database ${pathname.slice(1)} …\n`)
  }, 1_000)
  const report = await migrate(url)
    .finally(() => clearTimeout(patience))
    .catch((cause: unknown) => {
      throw new StackRefusal(`The migration failed: ${(cause as Error).message}`, { cause })
    })
  process.stdout.write(`${describeMigration(report).join('\n')}\n`)
  return 0
})
