/** The services of a test, and some whose way to PostgreSQL the test can cut. */
import { createLogger } from '@infinite-scribe/service-kit'
import { connectDatabase, DATABASE_TIMEOUTS, type DatabaseTimeouts } from './database/connect'
import { openTcpProxy, type TcpProxy } from './database/tcp-proxy.test'
import { openFixture, type Fixture } from './service-fixture.test'
import type { ServiceParts, Services, ServiceSettings } from './services'

export interface ProxiedFixture extends Fixture {
  readonly proxy: TcpProxy
  /** Services on a pool of their own, which end with it; what they warn of is not written. */
  throughProxy(pool: {
    readonly max: number
    readonly timeouts: Partial<DatabaseTimeouts>
    readonly parts?: Partial<ServiceParts>
    readonly settings?: Partial<ServiceSettings>
  }): Services
}

/** A fixture for one test file. */
export async function openProxiedFixture(): Promise<ProxiedFixture> {
  const fixture = await openFixture()
  const proxy = await openTcpProxy(fixture.url)
  return {
    ...fixture,
    proxy,
    throughProxy: ({ max, timeouts, parts, settings }) => {
      const way = { databaseUrl: proxy.url, databasePoolMax: max }
      const knex = connectDatabase(way, () => undefined, { ...DATABASE_TIMEOUTS, ...timeouts })
      const logger = createLogger('test', 'error')
      jest.spyOn(logger, 'warn').mockReturnValue(logger)
      const services = fixture.replica({ knex, logger, ...parts }, { databaseUrl: proxy.url, ...settings })
      return { ...services, stop: () => services.stop().then(() => knex.destroy()) }
    },
    close: async () => {
      await fixture.close()
      await proxy.close()
    },
  }
}
