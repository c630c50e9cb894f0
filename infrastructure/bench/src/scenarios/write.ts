/** `write`: commands a second through the command service, against pgbench that writes the same rows. */
import { NODE_ARGUMENTS } from '@infinite-scribe/local-stack'
import { findPgbench, runPgbench, type PgbenchJob } from '../baselines/pgbench'
import { expectCount } from '../environment/bench-databases'
import { figureOf, interleave } from '../measure/interleave'
import type { LoadResult } from '../measure/load-loops'
import type { BenchContext, Scenario } from '../scenario'
import { seedSessions, WRITTEN } from '../seed/sessions'
import type { CommandLoadJob } from '../workers/command-load'

const IN_FLIGHT = 32
const CONNECTIONS = 32

export const write: Scenario = {
  name: 'write',
  title: 'commands/s through the command service, no HTTP, 32 in flight, 10,000 sessions',
  async run(context) {
    const quick = context.scale === 'quick'
    const [rounds, warmUpSeconds, seconds] = quick ? [1, 1, 1] : [3, 2, 8]
    const pgbench = (script: PgbenchJob['script']) => ({
      name: script,
      measure: () =>
        inFreshDatabase(context, (databaseUrl) =>
          runPgbench({ databaseUrl, script, clients: IN_FLIGHT, warmUpSeconds, seconds }),
        ),
    })
    // Missing, it is missed before anything is measured.
    await inFreshDatabase(context, (databaseUrl) => findPgbench(new URL(databaseUrl)))
    const measured = await interleave(
      rounds,
      [
        {
          name: 'ours',
          measure: () =>
            inFreshDatabase(context, (databaseUrl) =>
              ours(context, databaseUrl, warmUpSeconds * 1000, seconds * 1000),
            ),
        },
        pgbench('plain-transaction'),
        pgbench('one-cte'),
      ],
      context.say,
    )
    const ours_per_s = figureOf(measured, 'ours', 'per_s')
    const against = (name: string) => ours_per_s / figureOf(measured, name, 'per_s')
    return {
      ours: measured.get('ours') ?? {},
      baselines: {
        plain_transaction: measured.get('plain-transaction') ?? {},
        one_cte: measured.get('one-cte') ?? {},
      },
      checks: [
        {
          name: 'plain_transaction',
          value: against('plain-transaction'),
          target: 1.1,
          outstanding: 1.4,
          kind: 'ratio',
        },
        { name: 'one_cte', value: against('one-cte'), target: 0.6, outstanding: 0.8, kind: 'ratio' },
      ],
      rounds,
    }
  },
}

/** Runs `measure` on a fresh copy of the 10,000 sessions. */
export async function inFreshDatabase<T>(
  { databases }: BenchContext,
  measure: (databaseUrl: string) => Promise<T>,
): Promise<T> {
  const database = await databases.fresh('sessions', seedSessions)
  try {
    return await measure(database.url)
  } finally {
    await database.drop()
  }
}

async function ours(context: BenchContext, databaseUrl: string, warmUpMs: number, measureMs: number) {
  const job: CommandLoadJob = {
    databaseUrl,
    connections: CONNECTIONS,
    inFlight: IN_FLIGHT,
    warmUpMs,
    measureMs,
  }
  const load = await context.launch.child<LoadResult>(
    'workers/command-load',
    job,
    NODE_ARGUMENTS['api-gateway'],
  )
  load.go()
  const { accepted, ...figures } = await load.result()
  await expectAccepted(databaseUrl, accepted)
  return figures
}

/** Every accepted command is one inbox row, one event and one outbox row, and its session moved on. */
export async function expectAccepted(databaseUrl: string, accepted: number): Promise<void> {
  for (const [what, counted] of Object.entries(WRITTEN)) {
    await expectCount(databaseUrl, what, counted, accepted)
  }
}
