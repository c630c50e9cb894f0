/** What an operator sees of the commands that nobody finished: the log's lines and the metric. */
import type { Logger } from '@infinite-scribe/service-kit'
import { eventually } from '@infinite-scribe/testing'
import { GatewayMetrics } from '../health/metrics'
import {
  AGENT,
  granted,
  openFixture,
  openSession,
  requestConcepts,
  type Fixture,
} from '../service-fixture.test'
import type { Services } from '../services'

let fixture: Fixture
beforeAll(async () => {
  fixture = await openFixture({ commandTimeoutSeconds: 60 })
})
afterAll(() => fixture.close())

/** A task that was asked for 100 s ago, and whose event reached Kafka 90 s ago. */
async function overdueTask({ takenUp }: { takenUp: boolean }) {
  const sessionId = await openSession(fixture.services)
  const { taskId, commandId } = await requestConcepts(fixture.services, sessionId)
  if (takenUp) granted(await fixture.services.tasks.progress(AGENT, taskId, { progress: 10 }))
  await fixture.sql.query(
    `UPDATE event_outbox SET status = 'SENT', sent_at = now() - interval '90 s'
      WHERE id = (SELECT request_event_id FROM async_tasks WHERE id = $1)`,
    [taskId],
  )
  await fixture.sql.query(
    `UPDATE async_tasks SET created_at = now() - interval '100 s', updated_at = now() - interval '80 s' WHERE id = $1`,
    [taskId],
  )
  return { task_id: taskId, command_id: commandId, session_id: sessionId }
}

async function counted(services: Services): Promise<string[]> {
  const text = await new GatewayMetrics(services).registry.metrics()
  return text.split('\n').filter((line) => line.startsWith('api_gateway_commands_timed_out_total'))
}

it('are logged with their ids and their age, and counted where they were failed', async () => {
  const lines: unknown[][] = []
  const logger = { warn: (...line: unknown[]) => lines.push(line) } as unknown as Logger
  const replica = fixture.replica({ logger })
  const never = ['api_gateway_commands_timed_out_total{command_type="RequestConceptGeneration"} 0']
  expect(await counted(replica)).toEqual(never)

  const [untouched, begun] = [await overdueTask({ takenUp: false }), await overdueTask({ takenUp: true })]
  replica.start()
  await eventually(() => lines.length >= 2)
  await replica.stopSweeping()

  const line = (why: string, ids: object) => [
    `a command timed out: ${why} (runbook commands-time-out)`,
    { ...ids, command_type: 'RequestConceptGeneration', open_seconds: expect.any(Number) },
  ]
  expect(lines).toHaveLength(2)
  expect(lines).toContainEqual(line('no agent took it up', untouched))
  expect(lines).toContainEqual(line('its agent fell silent', begun))
  for (const [, { open_seconds }] of lines as [string, { open_seconds: number }][]) {
    expect(open_seconds).toBeGreaterThanOrEqual(100)
    expect(open_seconds).toBeLessThan(200)
  }
  expect(await counted(replica)).toEqual([
    'api_gateway_commands_timed_out_total{command_type="RequestConceptGeneration"} 2',
  ])
  expect(await counted(fixture.services)).toEqual(never)
})
