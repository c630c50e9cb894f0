/** The client's browser build: bundled, with nothing of Node in it, at work on a page of another origin. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import {
  chromiumPath,
  openBrowser,
  openPage,
  signTestToken,
  startSystem,
  type RunningSystem,
} from '@infinite-scribe/testing'
import { build, type BuildResult } from 'esbuild'
import type { Browser } from 'playwright-core'
import type * as client from '.'

declare const genesis: typeof client

// As a bundler finds it: by the package's exports, without the condition "node".
const bundle = (): Promise<BuildResult<{ metafile: true; write: false }>> =>
  build({
    stdin: { contents: `export * from '@infinite-scribe/client'`, resolveDir: path.join(__dirname, '..') },
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    globalName: 'genesis',
    metafile: true,
    write: false,
    logLevel: 'silent',
  })

let built: Awaited<ReturnType<typeof bundle>>
beforeAll(async () => {
  built = await bundle()
})

test('the browser build is the ES module build, small, and imports nothing of Node', () => {
  const inputs = Object.keys(built.metafile.inputs)
  expect(inputs.filter((name) => name.includes('packages/client/dist/'))).toContain(
    'packages/client/dist/esm/index.js',
  )
  expect(inputs.filter((name) => name.includes('packages/client/dist/') && !name.includes('/esm/'))).toEqual(
    [],
  )
  const imports = Object.values(built.metafile.inputs).flatMap((input) => input.imports)
  expect(imports.filter((one) => one.external === true || one.path.startsWith('node:'))).toEqual([])
  const text = built.outputFiles[0]!.text
  expect(text.match(/\bnode:\w+|\brequire\(.*|\bBuffer\b/g)).toBeNull()
  expect(built.outputFiles[0]!.contents.length).toBeLessThan(60_000)
})

const describeInChromium = chromiumPath === undefined ? describe.skip : describe

describeInChromium('In Chromium', () => {
  let files: Server
  let origin: string
  let system: RunningSystem
  let browser: Browser
  beforeAll(async () => {
    files = createServer((request, response) => {
      const isScript = request.url === '/genesis.js'
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
      response.end(
        isScript ? built.outputFiles[0]!.text : '<!doctype html><script src="/genesis.js"></script>',
      )
    })
    files.listen(0)
    await once(files, 'listening')
    origin = `http://127.0.0.1:${(files.address() as AddressInfo).port}`
    ;[system, browser] = await Promise.all([
      startSystem({ relays: 0, gateway: { CORS_ORIGINS: origin } }),
      openBrowser(),
    ])
  })
  afterAll(async () => {
    await browser.close()
    await system.close()
    files.closeAllConnections()
    files.close()
  })

  test('a page of another origin opens a session, streams, sends a command, sees its event and its end', async () => {
    const { page, complaints } = await openPage(browser)
    await page.goto(origin)
    const seen = await page.evaluate(
      async ({ baseUrl, token, agentToken }) => {
        const own = genesis.createClient({ baseUrl, token })
        const agent = genesis.createClient({ baseUrl, token: agentToken })
        const { session_id: sessionId } = await own.openSession()
        const types: string[] = []
        const stop = new AbortController()
        await new Promise<void>((resolve, reject) => {
          const follow = async () => {
            const options = { sessionId, signal: stop.signal, onOpen: resolve }
            for await (const message of own.stream(options)) {
              if (message.kind === 'event') types.push(message.event.event_type)
              if (types.length === 2) break
            }
          }
          follow().then(() => stop.abort(), reject)
        })
        const sent = await own.sendCommand(sessionId, { command_type: 'RequestConceptGeneration' })
        const again = await own
          .sendCommand(sessionId, { command_type: 'RequestConceptGeneration' })
          .catch(
            (error: unknown) =>
              genesis.isApiError(error, 'DUPLICATE_COMMAND') && error.body.duplicate_command_id,
          )
        const waiting = own.waitForTask(sent.task_id ?? '', { timeoutMs: 20_000 })
        await agent.complete(sent.task_id ?? '', { title: '星海回声' })
        const task = await waiting
        if (!stop.signal.aborted)
          await new Promise((resolve) => stop.signal.addEventListener('abort', resolve))
        return { types, task, sent, again }
      },
      {
        baseUrl: system.gateways[0]!.url,
        token: signTestToken('page'),
        agentToken: signTestToken('agent', { scope: 'tasks:write' }),
      },
    )
    expect(seen.types).toEqual([
      'Genesis.Session.ConceptGenerationRequested',
      'Genesis.Session.ConceptProposed',
    ])
    expect(seen.task).toMatchObject({ status: 'COMPLETED', result: { title: '星海回声' } })
    expect(seen.again).toBe(seen.sent.command_id)
    // The browser itself tells of the 409, and of nothing else.
    expect(complaints.filter((complaint) => !complaint.includes('409'))).toEqual([])
  })

  test('an origin that is not on the list is kept out', async () => {
    const { page } = await openPage(browser)
    await page.goto(origin.replace('127.0.0.1', 'localhost'))
    const error = await page.evaluate(
      ({ baseUrl, token }) =>
        genesis
          .createClient({ baseUrl, token, retry: { attempts: 1 } })
          .openSession()
          .then(
            () => 'it was let in',
            (refused: unknown) => (refused as Error).name,
          ),
      { baseUrl: system.gateways[0]!.url, token: signTestToken('page') },
    )
    expect(error).toBe('ConnectionError')
  })
})
