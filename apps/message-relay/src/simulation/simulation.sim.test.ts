/** A fixed set of seeds: whatever befalls, the relays keep their promises; and a seed repeats its schedule. */
import { simulate } from './simulate'
import { simulateSeeds } from './simulate-seeds'

const SCHEDULES = 400

it('keeps every promise of the relay on a fixed set of schedules, on which every kind of fault befalls', async () => {
  const { broken, happened, retriesJudged } = await simulateSeeds(1, SCHEDULES)
  expect(broken).toBeUndefined()
  expect(retriesJudged).toBeGreaterThan(50)
  const kinds = [
    ...[
      'crashes',
      'freezes',
      'stops',
      'databaseOutages',
      'databaseFreezes',
      'brokerOutages',
      'brokerFreezes',
      'operatorActs',
    ],
    ...[
      'statementRefused',
      'answerLost',
      'statementHangs',
      'requestRefused',
      'requestUnclear',
      'requestLost',
    ],
    ...['badRow', 'poison', 'slowCommit', 'rollback', 'signalLost', 'longWay'],
  ]
  expect(kinds.filter((kind) => (happened.get(kind) ?? 0) < 20)).toEqual([])
})

it('runs the same schedule for the same seed, to the last step', async () => {
  const traces = [[], []] as string[][]
  for (const trace of traces) await simulate(7, { trace: (line) => trace.push(line) })
  expect(traces[0]!.length).toBeGreaterThan(100)
  expect(traces[0]).toEqual(traces[1])
})

it('tells the seed and the trace of a schedule that breaks a promise', async () => {
  const { broken } = await simulateSeeds(1, 200, {
    plant: (parts) => ({
      ...parts,
      publisher: {
        probe: () => parts.publisher.probe(),
        publish: (records) =>
          Promise.resolve(records.map(() => ({ kind: 'sent', partition: 0, offset: '0' }) as const)),
      },
    }),
  })
  expect(broken).toMatch(/^seed \d+: row-\d+: SENT and not on Kafka\n/)
  expect(broken).toMatch(/settle sent$/m)
})
