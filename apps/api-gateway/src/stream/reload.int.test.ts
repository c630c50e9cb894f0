/** A page that reloads at any moment shows what a page that never reloaded shows. */
import { eventually } from '@infinite-scribe/testing'
import fc from 'fast-check'
import { ada, agent, runGateway, type RunningGateway } from '../http/running-gateway.kit.test'
import { HttpReader } from './http-reader.kit.test'

let gateway: RunningGateway
let replica: RunningGateway
beforeAll(async () => {
  gateway = await runGateway()
  replica = await runGateway({ databaseUrl: () => Promise.resolve(gateway.database.gatewayUrl) })
})
afterAll(async () => {
  await replica.close()
  await gateway.close()
})

const authorization = `Bearer ${ada}`

/** What a page shows of a session: what the state said, and on it what the stream told. */
interface Page {
  version: number
  stage: string
  status: string
  confirmed: Record<string, unknown>
  /** The task under way. */
  pending: string | undefined
  lastResult: unknown
}

/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- the body of a state */
function pageOf(state: any): Page {
  return {
    version: state.version,
    stage: state.current_stage,
    status: state.status,
    confirmed: state.confirmed_data,
    pending: state.pending[0]?.task_id,
    lastResult: state.last_result?.result,
  }
}

/** @param meanwhile what is written after the page asked for the state, and before it opens the stream */
async function load(
  session: string,
  at: RunningGateway,
  meanwhile: () => Promise<unknown>,
): Promise<{ page: Page; reader: HttpReader }> {
  const { body } = await at.call({ path: `/genesis/sessions/${session}/state` })
  await meanwhile()
  const query = `context_id=${session}&last_event_id=${body.stream_position}`
  return {
    page: pageOf(body),
    reader: await HttpReader.open(`${at.url}/events/stream?${query}`, { authorization }),
  }
}

function apply(before: Page, { events }: HttpReader): Page {
  return events.reduce<Page>((page, { event, data }) => {
    const { payload } = data
    const next = { ...page, version: data.aggregate_version as number }
    switch (event!.replace('Genesis.Session.', '')) {
      case 'ConceptGenerationRequested':
        return { ...next, pending: data.metadata.task_id }
      case 'ConceptProposed':
        return { ...next, pending: undefined, lastResult: payload.result }
      case 'ConceptGenerationFailed':
        return { ...next, pending: undefined, lastResult: undefined }
      case 'StageConfirmed': {
        const confirmed = payload.data ? { [payload.stage]: payload.data } : {}
        return { ...next, stage: payload.next_stage, confirmed: { ...page.confirmed, ...confirmed } }
      }
      case 'Finished':
        return { ...next, status: 'COMPLETED' }
      default:
        return next
    }
  }, before)
}

/** What an agent or the owner can say of a task's end. */
const ENDS: Record<string, (step: number) => { token: string; body: object }> = {
  complete: (step) => ({ token: agent, body: { result: { step } } }),
  fail: (step) => ({ token: agent, body: { error: { message: `no idea at ${step}` } } }),
  cancel: () => ({ token: ada, body: {} }),
}

const step = fc.constantFrom('feedback', 'confirm', 'request', ...Object.keys(ENDS), 'reload', 'cut')

describe('a reload at any moment', () => {
  it('shows what a page shows that never reloaded', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
        const session = await gateway.openSession()
        const feedback = () => gateway.send(session, 'SubmitFeedback', { rating: 5 })
        const steady = await load(session, gateway, feedback)
        let page = steady.page
        let current = steady.reader
        const seen: number[] = []
        const leave = (): void => {
          current.cut()
          page = apply(page, current)
          seen.push(...current.events.map(({ data }) => data.aggregate_version as number))
        }
        let taskId: string | undefined
        for (const [index, name] of steps.entries()) {
          const at = index % 2 ? gateway : replica
          if (name === 'feedback') await at.send(session, 'SubmitFeedback', { rating: 3 })
          else if (name === 'confirm') await at.send(session, 'ConfirmStage', { data: { step: index } })
          else if (name === 'request')
            taskId ??= (await at.send(session, 'RequestConceptGeneration')).body.task_id
          else if (ENDS[name] && taskId !== undefined) {
            await at.call({ method: 'POST', path: `/tasks/${taskId}/${name}`, ...ENDS[name](index) })
            taskId = undefined
          } else if (name === 'reload') {
            if (current !== steady.reader) leave()
            ;({ page, reader: current } = await load(session, at, feedback))
            seen.length = 0
          } else if (name === 'cut' && current !== steady.reader) {
            await eventually(() => current.position)
            leave()
            const query = `context_id=${session}&last_event_id=${current.position}`
            current = await HttpReader.open(`${at.url}/events/stream?${query}`, { authorization })
          }
        }
        const final = (await gateway.call({ path: `/genesis/sessions/${session}/state` })).body
        const wanted = pageOf(final)
        for (const shown of [() => apply(steady.page, steady.reader), () => apply(page, current)])
          await eventually(() => shown().version === final.version)
        expect(apply(steady.page, steady.reader)).toEqual(wanted)
        expect(apply(page, current)).toEqual(wanted)
        const versions = steady.reader.events.map(({ data }) => data.aggregate_version as number)
        expect(versions).toEqual(versions.map((_, index) => steady.page.version + 1 + index))
        if (current !== steady.reader) {
          seen.push(...current.events.map(({ data }) => data.aggregate_version as number))
          // Nothing twice and nothing left out since the last reload.
          expect(seen).toEqual(seen.map((_, index) => final.version - seen.length + 1 + index))
        }
        steady.reader.cut()
        current.cut()
      }),
      { numRuns: 20 },
    )
  }, 60_000)
})
