/** The gateway as a process: how it starts, what it refuses to start with, and how it ends. */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import {
  createTestDatabase,
  eventually,
  freePort,
  repositoryRoot,
  signTestToken,
  startService,
  TEST_JWT_ENVIRONMENT,
  type ServiceProcess,
  type TestDatabase,
} from '@infinite-scribe/testing'
import { Client } from 'pg'

describe('a gateway that is not configured', () => {
  it('ends with exit code 78 and one line for each fault, which never holds a secret', () => {
    const main = path.join(repositoryRoot, 'apps/api-gateway/dist/main.js')
    const { status, stdout, stderr } = spawnSync(process.execPath, [main], {
      env: { SERVICE_TYPE: 'message-relay', JWT_SECRET: 'hunter2', DATABASE_URL: 'mysql://ada:hunter2@db/x' },
      encoding: 'utf8',
    })
    expect(status).toBe(78)
    expect(stdout).toBe('')
    const lines = stderr.trim().split('\n')
    expect(lines.map((line) => line.split(':')[0])).toEqual([
      'JWT_SECRET',
      'JWT_ALGORITHMS',
      'JWT_ISSUER',
      'JWT_AUDIENCE',
      'DATABASE_URL',
      'SERVICE_TYPE',
    ])
    expect(stderr).not.toContain('hunter2')
  })
})

describe('a gateway process', () => {
  let database: TestDatabase
  let sql: Client
  let gateway: ServiceProcess
  let url: string
  let environment: Record<string, string>

  beforeEach(async () => {
    database = await createTestDatabase()
    sql = new Client({ connectionString: database.url })
    await sql.connect()
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    environment = {
      ...TEST_JWT_ENVIRONMENT,
      DATABASE_URL: database.gatewayUrl,
      PORT: String(port),
      GATEWAY_ADMIN_PORT: '0',
    }
    gateway = await startService('api-gateway', environment, `${url}/health/ready`)
  })
  afterEach(async () => {
    await gateway.stop('SIGKILL')
    await sql.end()
    await database.drop()
  })

  const headers = { authorization: `Bearer ${signTestToken('ada')}`, 'content-type': 'application/json' }
  const post = (at: string, body: object) =>
    fetch(url + at, { method: 'POST', headers, body: JSON.stringify(body) })

  it('answers what it has begun when it is told to end, refuses the rest, and exits 0', async () => {
    const opened = (await (await post('/genesis/sessions', {})).json()) as { session_id: string }
    const commands = `/genesis/sessions/${opened.session_id}/commands`
    await sql.query('BEGIN')
    await sql.query('SELECT FROM genesis_sessions FOR UPDATE')
    const slow = post(commands, { command_type: 'ConfirmStage' })
    const watcher = new Client({ connectionString: database.url })
    await watcher.connect()
    await eventually(async () => {
      const { rowCount } = await watcher.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      )
      return rowCount
    })
    await watcher.end()

    const ended = gateway.stop('SIGTERM')
    const refused = await eventually(async () => {
      const reply = await fetch(`${url}/genesis/sessions`, { headers })
      return reply.status === 503 ? reply : undefined
    })
    expect(await refused.json()).toMatchObject({ error_code: 'SHUTTING_DOWN' })
    await sql.query('ROLLBACK')
    expect((await slow).status).toBe(200)
    expect(await ended).toBe(0)
    expect(gateway.output()).toMatch(/"message":"stopped"/)
  })

  it('ends at once when nothing is under way, although a connection is kept open', async () => {
    await fetch(`${url}/health/live`, { headers: { connection: 'keep-alive' } })
    const from = Date.now()
    expect(await gateway.stop('SIGTERM')).toBe(0)
    expect(Date.now() - from).toBeLessThan(15_000)
  })

  it('says why when its port is taken', async () => {
    const second = await startService('api-gateway', environment)
    expect(await new Promise((resolve) => second.child.once('exit', resolve))).toBe(1)
    expect(second.output()).toMatch(/could not start: .*EADDRINUSE/)
  })
})
