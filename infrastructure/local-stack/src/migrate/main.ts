/** `npm run db:migrate`: applies the migration to DATABASE_URL, or to the database of the running stack. */
import { runProgram } from '../cli/run-program'
import { StackRefusal } from '../provider'
import { readStackFile } from '../stack/stack-file'
import { describeMigration, migrate } from './migrate'

const targetUrl = (): string => {
  const given = process.env.DATABASE_URL
  if (given !== undefined && given !== '') return given
  const running = readStackFile()
  if (running !== undefined) return running.database_url
  throw new StackRefusal('Which database? Set DATABASE_URL, or start a stack first: npm start')
}

runProgram(async () => {
  const report = await migrate(targetUrl()).catch((cause: unknown) => {
    throw new StackRefusal(`The migration failed: ${(cause as Error).message}`, { cause })
  })
  process.stdout.write(`${describeMigration(report).join('\n')}\n`)
  return 0
})
