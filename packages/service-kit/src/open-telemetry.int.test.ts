/** The SDK as it is started, with a collector that cannot be reached; tracing.e2e.test.ts has one that can. */
import * as api from '@opentelemetry/api'
import { startTracing } from './index'

afterEach(() => {
  api.trace.disable()
  api.context.disable()
  api.propagation.disable()
  api.diag.disable()
})

it('stops although its last spans reach nobody, and tells of that once, however often the SDK complains', async () => {
  const warn = jest.fn()
  const tracing = await startTracing({ service: 'a-service', endpoint: 'http://127.0.0.1:1/' }, warn)
  if (!tracing) throw new Error('there is no tracing')
  tracing.begin({ name: 'one', kind: 'internal' }).end()
  await tracing.stop()
  for (let complaint = 0; complaint < 3; complaint++) api.diag.error('again')
  expect(warn).toHaveBeenCalledTimes(1)
  expect(warn).toHaveBeenCalledWith(expect.stringContaining('tracing'), { reason: expect.any(String) })
})
