/** Which provider an environment asks for. */
import { chooseProvider } from './choose-provider'

describe('the choice of a provider', () => {
  const servers = { DATABASE_URL: 'postgres://x/y', KAFKA_BROKERS: 'x:9092' }

  it('takes what is given before it looks any further', async () => {
    expect(await chooseProvider(servers)).toBe('external')
  })

  it('does what STACK_PROVIDER says', async () => {
    expect(await chooseProvider({ ...servers, STACK_PROVIDER: 'external' })).toBe('external')
  })

  it('says what STACK_PROVIDER may be', async () => {
    await expect(chooseProvider({ STACK_PROVIDER: 'magic' })).rejects.toThrow('external, containers, native')
  })

  it('says what the wanted provider lacks', async () => {
    const half = { STACK_PROVIDER: 'external', DATABASE_URL: 'postgres://x/y' }
    await expect(chooseProvider(half)).rejects.toThrow('KAFKA_BROKERS not set')
  })
})
