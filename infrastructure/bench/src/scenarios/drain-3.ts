/** `drain-3`: the same rows by three relays, against one; the order of each key is read back. */
import { figureOf, interleave } from '../measure/interleave'
import type { Scenario } from '../scenario'
import { WARM_UP_SHARE } from '../measure/watch-drain'
import { drainedByOurs } from './drain-parts'

const SETTINGS = { RELAY_BATCH_SIZE: '1000' }
/** Of each relay the same is left out as of one alone, and so much of the rows for both sides. */
const WARM_UP = 3 * WARM_UP_SHARE

export const drain3: Scenario = {
  name: 'drain-3',
  title:
    'the same as drain with three relays, the order of every key read back; the first tenth for each relay is left out, of ' +
    'both sides',
  async run(context) {
    const quick = context.scale === 'quick'
    const rows = quick ? 40_000 : 200_000
    const rounds = quick ? 1 : 3
    const measured = await interleave(
      rounds,
      [
        { name: 'three', measure: () => drainedByOurs(context, rows, 3, SETTINGS, WARM_UP) },
        { name: 'one', measure: () => drainedByOurs(context, rows, 1, SETTINGS, WARM_UP) },
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
