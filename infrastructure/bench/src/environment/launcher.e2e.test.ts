import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { RunFolder } from '@infinite-scribe/local-stack'
import { BenchDatabases } from './bench-databases'
import { BenchTopics } from './bench-topics'
import { Launcher, profilingInto } from './launcher'

const { TEST_DATABASE_URL = '', TEST_KAFKA_BROKERS = '' } = process.env

describe('the services that the benchmark starts', () => {
  it('write their CPU profiles where they are wanted when they are stopped', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'launcher-'))
    const databases = new BenchDatabases(TEST_DATABASE_URL)
    const topics = new BenchTopics(TEST_KAFKA_BROKERS.split(','))
    const run = await RunFolder.open(folder, 'run')
    const profiles = path.join(folder, 'profiles')
    const launch = new Launcher(run, topics.brokers, profilingInto(profiles))
    try {
      const { url } = await databases.empty()
      const gateway = await launch.gateway(url)
      await gateway.stop()
      expect(await readdir(profiles)).toEqual([expect.stringContaining(`.${gateway.pid}.`)])
      const relay = await launch.relay(url, await topics.create())
      await relay.stop()
      expect(await readdir(profiles)).toContainEqual(expect.stringContaining(`.${relay.pid}.`))
    } finally {
      await launch.close()
      await databases.close()
      await topics.close()
      run.release()
      await rm(folder, { recursive: true })
    }
  })
})
