import { chaosProgram, type ChaosOptions } from './program'

async function given(...args: string[]) {
  const asked: { torment?: ChaosOptions; check?: { json: string | undefined } } = {}
  const program = chaosProgram({
    torment: (options) => {
      asked.torment = options
      return Promise.resolve()
    },
    check: (json) => {
      asked.check = { json }
      return Promise.resolve()
    },
  })
  await program.parseAsync(args, { from: 'user' })
  return asked
}

describe('npm run chaos', () => {
  it.each([
    ['behind check', ['check', '--json', 'a.json']],
    ['before check', ['--json', 'a.json', 'check']],
  ])('hands the file of the verdicts on, named %s', async (_, args) => {
    expect(await given(...args)).toEqual({ check: { json: 'a.json' } })
  })

  it('hands on what a run of seeds is given', async () => {
    expect((await given('--seed', '7', '--no-faults', '--json', 'b.json')).torment).toMatchObject({
      seed: 7,
      seeds: 1,
      faults: false,
      json: 'b.json',
    })
  })
})
