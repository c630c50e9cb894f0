/** The runbook knows what the relay can say. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { repositoryRoot } from '@infinite-scribe/testing'
import { RECORD_FAULT_CLASSES } from '../kafka/error-table'
import { UNSENDABLE_CLASSES } from '../policy/kafka-message'
import { REFUSED_CLASS } from '../policy/refused-settlement'

it('has a row in the runbook for each class with which an event can FAIL for its own fault', () => {
  const page = readFileSync(path.join(repositoryRoot, 'infrastructure/runbooks/rows-failed.md'), 'utf8')
  const rows = page.split('\n').flatMap((line) => /^ *\|([^|]+)\|/.exec(line)?.[1] ?? [])
  const known = rows.flatMap((cell) => [...cell.matchAll(/`([a-z_]+)`/g)].map(([, name]) => name))
  const classes = new Set([...RECORD_FAULT_CLASSES, ...UNSENDABLE_CLASSES, REFUSED_CLASS])
  expect(known.sort()).toEqual([...classes].sort())
})
