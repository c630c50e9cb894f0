/** Changes the indexes of a table that others write, each by a statement of its own. */
import { readFile } from 'node:fs/promises'
import type { Client } from 'pg'
import { LIVE_INDEXES_FILE } from '../repository'

/**
 * Runs what the file's queries answer with: nothing, once all is as it should be. What was broken off is done again.
 * @param tell hears of each statement before it is run: one may wait for long
 * @throws what PostgreSQL throws
 */
export const changeLiveIndexes = async (
  client: Client,
  tell: (statement: string) => void = () => undefined,
): Promise<void> => {
  const file = await readFile(LIVE_INDEXES_FILE, 'utf8')
  const queries = file.split(/^\\gexec$/m).filter((query) => query.trim() !== '')
  for (const text of queries) {
    const { rows } = await client.query<string[]>({ text, rowMode: 'array' })
    for (const statement of rows.flat()) {
      tell(statement)
      await client.query(statement)
    }
  }
}
