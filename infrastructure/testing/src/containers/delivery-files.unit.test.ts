/** Holds the files that an operator is given to what the code reads. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { NODE_ARGUMENTS } from '@infinite-scribe/local-stack'
import { readGatewaySettings } from '../../../../apps/api-gateway/src/config'
import { readConfiguration } from '../../../../apps/message-relay/src/config'
import { repositoryRoot } from '../repository-root'

const read = (file: string) => readFileSync(path.join(repositoryRoot, file), 'utf8')
const namesIn = (text: string, pattern: RegExp) => [
  ...new Set([...text.matchAll(pattern)].map(([, name]) => name!)),
]
const without = (names: readonly string[], others: readonly string[]) =>
  names.filter((name) => !others.includes(name)).sort()

/** The settings that a service's `…config.ts` files name: as a key, as a member of the environment, or in a list. */
function settingsOf(app: string): string[] {
  const folder = `apps/${app}/src`
  const files = readdirSync(path.join(repositoryRoot, folder)).filter((file) => file.endsWith('config.ts'))
  const text = files.map((file) => read(`${folder}/${file}`)).join('\n')
  return [
    ...namesIn(text, /^\s+([A-Z][A-Z0-9_]+): /gm),
    ...namesIn(text, /environment\.([A-Z][A-Z0-9_]+)/g),
    ...namesIn(text, /'((?:JWT|KAFKA|RELAY)_[A-Z0-9_]+)'/g),
  ]
}

const example = read('.env.example')
const exampleNames = namesIn(example, /^(?:# )?([A-Z][A-Z0-9_]+)=/gm)
const exampleValues = Object.fromEntries(
  [...example.matchAll(/^([A-Z][A-Z0-9_]+)=(.*)$/gm)].map(([, name, value]) => [name!, value!]),
)
const gatewayNames = settingsOf('api-gateway')
const relayNames = settingsOf('message-relay')
const serviceNames = [...gatewayNames, ...relayNames]

const compose = read('infrastructure/docker/compose.yaml')
const composeNames = namesIn(compose, /\$\{([A-Z][A-Z0-9_]+)/g)
/** Of compose.yaml and of no service. */
const COMPOSE_ONLY = [
  'IMAGE_TAG',
  'POSTGRES_PASSWORD',
  'GATEWAY_DATABASE_PASSWORD',
  'RELAY_DATABASE_PASSWORD',
  'POSTGRES_PORT',
  'KAFKA_PORT',
]
/** Fixed by compose.yaml, or without a use beside its own broker and its HMAC secret. */
const NOT_IN_COMPOSE = [
  'DATABASE_URL',
  'SERVICE_TYPE',
  'JWT_PUBLIC_KEY',
  'JWT_JWKS_URL',
  'KAFKA_BROKERS',
  'KAFKA_SSL',
  'KAFKA_SSL_CA_FILE',
  'KAFKA_SASL_MECHANISM',
  'KAFKA_SASL_USERNAME',
  'KAFKA_SASL_PASSWORD',
]

describe('.env.example', () => {
  it('names every setting that a service reads', () => {
    expect(without(serviceNames, exampleNames)).toEqual([])
  })

  it('names nothing that is read by neither a service nor compose.yaml', () => {
    expect(without(exampleNames, [...serviceNames, ...COMPOSE_ONLY])).toEqual([])
  })

  it('serves both services as one file: the service type is named and not set', () => {
    expect(exampleNames).toContain('SERVICE_TYPE')
    expect(exampleValues).not.toHaveProperty('SERVICE_TYPE')
  })

  it("shows the gateway's defaults", () => {
    const required = {
      DATABASE_URL: exampleValues.DATABASE_URL,
      JWT_ALGORITHMS: 'HS256',
      JWT_SECRET: '0123456789abcdef0123456789abcdef',
      JWT_ISSUER: 'issuer',
      JWT_AUDIENCE: 'audience',
    }
    const { jwt, ...shown } = readGatewaySettings({
      ...exampleValues,
      SERVICE_TYPE: 'api-gateway',
      ...required,
    })
    const { jwt: defaultJwt, ...defaults } = readGatewaySettings(required)
    expect(shown).toEqual(defaults)
    expect(jwt.clockToleranceSeconds).toBe(defaultJwt.clockToleranceSeconds)
  })

  it("shows the relay's defaults", () => {
    const required = {
      SERVICE_TYPE: 'message-relay',
      DATABASE_URL: exampleValues.DATABASE_URL,
      KAFKA_BROKERS: exampleValues.KAFKA_BROKERS,
    }
    expect(readConfiguration({ ...exampleValues, ...required })).toEqual(readConfiguration(required))
  })
})

describe('compose.yaml', () => {
  it('takes only variables that .env.example explains', () => {
    expect(without(composeNames, exampleNames)).toEqual([])
  })

  it('hands every setting to its service, but those that it fixes itself', () => {
    expect(without(serviceNames, [...composeNames, ...NOT_IN_COMPOSE])).toEqual([])
  })
})

describe('The Dockerfile', () => {
  it('installs the pnpm that package.json pins', () => {
    const { packageManager } = JSON.parse(read('package.json')) as { packageManager: string }
    const [, pinned] = /^pnpm@([^+]+)/.exec(packageManager)!
    expect(read('infrastructure/docker/Dockerfile')).toContain(` pnpm@${pinned!}\n`)
  })

  it('needs no shell to run a service or to probe it', () => {
    const dockerfile = read('infrastructure/docker/Dockerfile')
    const [, final = ''] = dockerfile.split(/^FROM .* AS service$/m)
    const runs = [...final.matchAll(/^(?:ENTRYPOINT|CMD|\s+CMD) (.)/gm)].map(([, form]) => form)
    expect(runs).toHaveLength(5)
    expect(new Set(runs)).toEqual(new Set(['[']))
    expect(final).not.toMatch(/^RUN /m)
  })

  it.each(Object.entries(NODE_ARGUMENTS))(
    'tells the Node of the %s what the stack tells it',
    (app, given) => {
      const dockerfile = read('infrastructure/docker/Dockerfile')
      const [, target = ''] = dockerfile.split(`FROM service AS ${app}\n`)
      const [own = ''] = target.split('\nFROM ')
      const mayBeInEnvironment = (argument: string) => argument.startsWith('--max-')
      const commands = namesIn(own, /^CMD (.+)$/gm).map((list) => JSON.parse(list) as string[])
      const inCommand = given.filter((argument) => !mayBeInEnvironment(argument))
      expect(commands).toEqual([
        ['node', ...inCommand, '--require', './stop-while-starting.cjs', 'dist/main.js'],
      ])
      const environments = namesIn(own, /^ENV NODE_OPTIONS="?([^"\n]*)"?$/gm)
      expect(environments).toEqual([given.filter(mayBeInEnvironment).join(' ')])
    },
  )

  it('builds from a Node of .nvmrc', () => {
    const bases = namesIn(read('infrastructure/docker/Dockerfile'), /^FROM node:(\d+)/gm)
    expect(bases).toEqual([read('.nvmrc').trim()])
  })
})

describe('The workflows', () => {
  const workflows = readdirSync(path.join(repositoryRoot, '.github/workflows')).map((file) =>
    read(`.github/workflows/${file}`),
  )

  it('pin every action by its commit', () => {
    const used = workflows.flatMap((text) => namesIn(text, /uses: (\S+)/g))
    expect(used.length).toBeGreaterThan(8)
    expect(used.filter((action) => !/@[0-9a-f]{40}$/.test(action))).toEqual([])
  })

  it('may write nothing unless a job says so', () => {
    for (const text of workflows) expect(text).toMatch(/^permissions:\n {2}contents: read$/m)
  })

  it.each(['ci.yml', 'release.yml'])('audit every dependency in %s', (file) => {
    const audits = namesIn(read(`.github/workflows/${file}`), /^ +- run: (pnpm audit.*)$/gm)
    expect(audits).toEqual(['pnpm audit --audit-level high'])
  })

  it('publish nothing before the gate and the audit have passed', () => {
    const [, ...jobs] = read('.github/workflows/release.yml').split(/^ {2}(?=\w+:$)/m)
    const [audit, ...others] = jobs.filter((job) => job.includes('pnpm audit'))
    expect([audit?.split(':')[0], others]).toEqual(['dependencies', []])
    const publishing = jobs.filter((job) => job.includes('packages: write'))
    expect(publishing).toHaveLength(1)
    expect(publishing[0]).toContain('\n    needs: [gate, dependencies]\n')
  })

  it('install the pnpm that package.json pins', () => {
    const { packageManager } = JSON.parse(read('package.json')) as { packageManager: string }
    const [, pinned] = /^pnpm@([^+]+)/.exec(packageManager)!
    const installed = workflows.flatMap((text) => namesIn(text, /install --global .* pnpm@(\S+)/g))
    expect(installed).toEqual([pinned, pinned])
  })
})

/** Every file below a folder that is the project's own. */
const filesBelow = (folder: string): string[] =>
  readdirSync(path.join(repositoryRoot, folder), { withFileTypes: true })
    .filter(({ name }) => !['node_modules', 'dist'].includes(name))
    .flatMap((entry) =>
      entry.isDirectory() ? filesBelow(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
    )

describe('What claims to be tested', () => {
  it.each(['SECURITY.md', 'infrastructure/runbooks/degradation.md'])(
    'in %s names tests that are there',
    (page) => {
      const named = namesIn(read(page), /`([\w./-]+\.(?:ts|sql))`/g)
      const files = ['apps', 'infrastructure'].flatMap(filesBelow)
      expect(named.length).toBeGreaterThan(8)
      expect(named.filter((name) => !files.some((file) => `/${file}`.endsWith(`/${name}`)))).toEqual([])
    },
  )

  it('in degradation.md is claimed of every case', () => {
    const rows = read('infrastructure/runbooks/degradation.md')
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .slice(2)
    const named = rows.map((row) => namesIn(row.split('|').at(-2)!, /`([\w./-]+\.test\.ts)`/g))
    expect(rows.length).toBeGreaterThan(10)
    expect(rows.filter((_, at) => named[at]!.length === 0)).toEqual([])
  })
})
