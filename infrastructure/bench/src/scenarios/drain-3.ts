/** `drain-3`: the same rows by three relays, against one; the order of each key is read back. */
import { figureOf, interleave } from '../measure/interleave'
import type { Scenario } from '../scenario'
import { drainedByOurs } from './drain-parts'

const SETTINGS = { RELAY_BATCH_SIZE: '1000' }
/** Half of the rows is left out of the figures of both sides: a third of that is what it takes V8 to compile a relay. */
const WARM_UP_SHARE = 0.5

export const drain3: Scenario = {
  name: 'drain-3',
  title:
    'the same as drain with three relays, behind as many rows of warm-up for either side; the order of every key is read back',
  async run(context) {
    const quick = context.scale === 'quick'
    const rows = quick ? 40_000 : 400_000
    const rounds = quick ? 1 : 3
    const measured = await interleave(
      rounds,
      [
        { name: 'three', measure: () => drainedByOurs(context, rows, 3, SETTINGS, WARM_UP_SHARE) },
        { name: 'one', measure: () => drainedByOurs(context, rows, 1, SETTINGS, WARM_UP_SHARE) },
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
