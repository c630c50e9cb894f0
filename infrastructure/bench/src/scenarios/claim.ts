/** `claim`: how long the relay's claims take when the table is large, a key is held, or a snapshot is. */
import type { Client } from 'pg'
import type { BenchDatabase } from '../environment/bench-databases'
import { figureOf, interleave } from '../measure/interleave'
import type { Figures } from '../measure/statistics'
import type { Check, Curve, Scenario } from '../scenario'
import { insertHeld, insertPending, insertSent, moveReadersToTheEnd } from '../seed/outbox'
import { BACKLOG_OF_A_ROUND, claimsIn, claimsOfBacklog } from './claim-times'

interface State {
  readonly name: string
  readonly sentRows: number
  readonly heldRows?: number
  readonly heldSnapshot?: true
  /** A backlog is claimed from, in full claims, rather than rows that come in. */
  readonly pendingRows?: number
  /** Too large to copy for every round, and so large that what the rounds add to it is little. */
  readonly inPlace?: true
}

const SMALLEST: State = { name: '10k', sentRows: 10_000 }

export const claim: Scenario = {
  name: 'claim',
  title:
    'claim time at 10k, 1M (with --long 10M) rows; 300k held behind one key; a held snapshot; 1M PENDING rows',
  async run(context) {
    const { scale, databases, topics, say } = context
    const quick = scale === 'quick'
    const rounds = quick ? 1 : 3
    const window = quick ? { warmUpMs: 1_000, measureMs: 2_000 } : { warmUpMs: 3_000, measureMs: 8_000 }
    const large: State[] = quick ? [] : [{ name: '1M', sentRows: 1_000_000, inPlace: true }]
    if (scale === 'long') large.push({ name: '10M', sentRows: 10_000_000, inPlace: true })
    const states: State[] = [
      SMALLEST,
      ...large,
      { name: 'held_key', sentRows: 10_000, heldRows: quick ? 3_000 : 300_000 },
      { name: 'held_snapshot', sentRows: 10_000, heldSnapshot: true },
    ]
    const smallBacklog: State = { name: 'small backlog', sentRows: 0, pendingRows: BACKLOG_OF_A_ROUND }
    const largeBacklog: State = {
      name: '1M_pending',
      sentRows: 0,
      pendingRows: quick ? BACKLOG_OF_A_ROUND : 1_000_000,
      inPlace: true,
    }

    const larger = states.slice(1)
    const topic = await topics.create()
    const kept = new Map<State, BenchDatabase>()
    for (const state of [...states, largeBacklog].filter(({ inPlace }) => inPlace)) {
      say(`filling ${state.name}`)
      kept.set(state, await databases.single((client) => fill(client, topic, state)))
    }
    const measureIn = async (state: State, measure: (database: BenchDatabase) => Promise<Figures>) => {
      const inPlace = kept.get(state)
      if (inPlace) {
        await databases.checkpoint()
        return measure(inPlace)
      }
      const copy = await databases.fresh(state.name, (client) => fill(client, topic, state))
      try {
        return await measure(copy)
      } finally {
        await copy.drop()
      }
    }
    const measured = await interleave(
      rounds,
      [
        ...states.map((state) => ({
          name: state.name,
          measure: () =>
            measureIn(state, (database) =>
              claimsIn(context, database, topic, {
                ...window,
                heldSnapshot: state.heldSnapshot ?? false,
                heldRows: state.heldRows ?? 0,
              }),
            ),
        })),
        ...[largeBacklog, smallBacklog].map((state) => ({
          name: state.name,
          measure: () => measureIn(state, (database) => claimsOfBacklog(context, database, topic)),
        })),
      ],
      say,
    )
    for (const database of kept.values()) await database.drop()
    for (const { name } of [...states, smallBacklog]) await databases.forget(name)
    await topics.remove(topic)

    const p99 = (name: string) => figureOf(measured, name, 'p99_ms')
    const against = (name: string, smallest: string): Check => ({
      name: `${name}_max`,
      value: p99(name) / p99(smallest),
      // Twice the smallest table's, or a millisecond more, whichever is kinder.
      target: Math.max(2, 1 + 1 / p99(smallest)),
      outstanding: 1.2,
      kind: 'ratio',
    })
    const checks = [
      ...larger.map(({ name }) => against(name, SMALLEST.name)),
      against(largeBacklog.name, smallBacklog.name),
    ]
    const bySize = [SMALLEST, ...large].map(({ name, sentRows }) => [sentRows, name] as const)
    const curves = (['p50', 'p99'] as const).map((figure): Curve => ({
      plot: 'claim-against-table-size',
      name: figure,
      points: bySize.map(([rows, name]) => [rows, figureOf(measured, name, `${figure}_ms`)] as const),
    }))
    /** Under the names of each of the states, so that a state's figures stand beside those of `beside`. */
    const rows = (compared: readonly State[], beside?: State): Figures =>
      Object.assign(
        {},
        ...compared.map(({ name }) => named(name, measured.get(beside?.name ?? name) ?? {})),
      ) as Figures
    return {
      ours: rows([...larger, largeBacklog]),
      baselines: { '10k_rows': rows(larger, SMALLEST), small_backlog: rows([largeBacklog], smallBacklog) },
      checks,
      rounds,
      curves,
    }
  },
}

const named = (state: string, figures: Figures): Figures =>
  Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${state}_${name}`, value]))

async function fill(
  client: Client,
  topic: string,
  { sentRows, heldRows = 0, pendingRows = 0 }: State,
): Promise<void> {
  await insertSent(client, topic, sentRows)
  if (heldRows > 0) await insertHeld(client, topic, heldRows)
  // The readers of a relay have passed what is held as well as what was sent.
  await moveReadersToTheEnd(client)
  if (pendingRows > 0) await insertPending(client, topic, pendingRows)
}
