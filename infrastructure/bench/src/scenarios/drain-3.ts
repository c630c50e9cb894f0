/** `drain-3`: as many rows as `drain` counts by three relays, against one; the order of each key is read back. */
import { figureOf, interleave } from '../measure/interleave'
import type { Scenario } from '../scenario'
import { drainedByOurs } from './drain-parts'

const SETTINGS = { RELAY_BATCH_SIZE: '1000' }
/** The part of the rows that is warm-up, for both sides: each of three relays has sent 67,000 then, and V8 has compiled its code. */
const LEFT_OUT = 0.5

export const drain3: Scenario = {
  name: 'drain-3',
  title:
    '200,000 rows as those of drain, by three relays and by one, either behind a warm-up of 200,000 rows; the order of every key is ' +
    'read back',
  async run(context) {
    const quick = context.scale === 'quick'
    const rows = quick ? 40_000 : 400_000
    const rounds = quick ? 1 : 3
    const measured = await interleave(
      rounds,
      [
        { name: 'three', measure: () => drainedByOurs(context, rows, 3, SETTINGS, LEFT_OUT) },
        { name: 'one', measure: () => drainedByOurs(context, rows, 1, SETTINGS, LEFT_OUT) },
      ],
      context.say,
    )
    const rate = (name: string) => figureOf(measured, name, 'records_per_s')
    return {
      ours: measured.get('three') ?? {},
      baselines: { one_relay: measured.get('one') ?? {} },
      checks: [
        { name: 'one_relay', value: rate('three') / rate('one'), target: 1, outstanding: 1.2, kind: 'ratio' },
      ],
      rounds,
    }
  },
}
