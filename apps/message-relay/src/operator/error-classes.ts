/** The classes of error that a row can FAIL with. */
import { BY_ERROR_NAME, BY_PROTOCOL_CODE, BY_SYSTEM_CODE } from '../kafka/error-table'
import { UNSENDABLE_CLASSES } from '../policy/kafka-message'
import { REFUSED_CLASS } from '../policy/refused-settlement'
import type { OperatorDatabase } from './operator-database'

const KNOWN: readonly string[] = [
  ...new Set([
    ...[BY_PROTOCOL_CODE, BY_ERROR_NAME, BY_SYSTEM_CODE].flatMap((table) =>
      Object.values(table).map((row) => row.class),
    ),
    ...UNSENDABLE_CLASSES,
    REFUSED_CLASS,
    'unknown',
  ]),
].sort()

/**
 * What is wrong with `name` as a class; undefined when nothing is. One that a row has, as another version of the
 * relay may have written it, is as good.
 * @throws what the database throws
 */
export async function faultOfClass(
  database: OperatorDatabase,
  name: string | undefined,
): Promise<string | undefined> {
  if (name === undefined || KNOWN.includes(name)) return undefined
  const found = await database.query(
    `SELECT 1 FROM event_outbox WHERE status = 'FAILED' AND last_error ->> 'class' = $1 LIMIT 1`,
    [name],
  )
  return found.length > 0 ? undefined : `there is no class ${name}; the classes are ${KNOWN.join(', ')}`
}
