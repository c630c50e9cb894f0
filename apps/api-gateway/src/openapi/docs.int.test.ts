/** The page to try the interface, in a browser. */
import {
  chromiumPath,
  openBrowser,
  openPage,
  signTestToken,
  type WatchedPage,
} from '@infinite-scribe/testing'
import type { Browser } from 'playwright-core'
import { runGateway, type RunningGateway } from '../http/running-gateway.kit.test'

let gateway: RunningGateway
beforeAll(async () => {
  gateway = await runGateway()
})
afterAll(() => gateway.close())

const get = (path: string) => gateway.call({ path, token: null })

test('the document and its page need no token', async () => {
  const document = await get('/openapi.json')
  expect(document.status).toBe(200)
  expect(document.headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(document.body.openapi).toMatch(/^3\.1\./)
  const page = await get('/docs')
  expect(page.status).toBe(200)
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
})

test('the page may load nothing but what is ours, and runs no inline script', async () => {
  const { headers, text } = await get('/docs')
  const policy = headers.get('content-security-policy')!
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self';")
  expect(policy).not.toContain('unsafe')
  expect(policy).not.toMatch(/https?:|\*/)
  const loaded = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!)
  expect(loaded).toHaveLength(4)
  const types = []
  for (const path of loaded) {
    const response = await fetch(gateway.url + path)
    expect([path, response.status]).toEqual([path, 200])
    types.push(response.headers.get('content-type'))
    await response.arrayBuffer()
  }
  expect(types).toEqual([
    'text/css; charset=utf-8',
    'image/png',
    'text/javascript; charset=utf-8',
    'text/javascript; charset=utf-8',
  ])
})

test('of the package that it comes from only these files are served', async () => {
  for (const path of [
    '/docs/index.html',
    '/docs/package.json',
    '/docs/swagger-ui.js',
    '/docs/..%2fpackage.json',
  ]) {
    expect([path, (await get(path)).status]).toEqual([path, 404])
  }
  expect((await gateway.call({ method: 'POST', path: '/docs', token: null })).status).toBe(405)
})

const describeInChromium = chromiumPath === undefined ? describe.skip : describe

describeInChromium('In Chromium', () => {
  let browser: Browser
  let watched: WatchedPage
  beforeAll(async () => {
    browser = await openBrowser()
    watched = await openPage(browser)
  })
  afterAll(() => browser.close())

  test('/docs shows every operation, and breaks no rule of its policy', async () => {
    const { page, complaints, requested } = watched
    await page.goto(`${gateway.url}/docs`)
    await page.waitForSelector('.opblock')
    const { body } = await get('/openapi.json')
    const operations = Object.values<object>(body.paths).flatMap((item) => Object.keys(item))
    expect(await page.locator('.opblock').count()).toBe(operations.length)
    expect(complaints).toEqual([])
    expect(requested.filter((url) => !url.startsWith(gateway.url) && !url.startsWith('data:'))).toEqual([])
  })

  test('a caller authorizes, opens a session and reads its state on the page', async () => {
    const { page, complaints } = watched
    await page.click('.btn.authorize')
    await page.fill('.auth-container input', signTestToken('reader'))
    await page.click('.auth-btn-wrapper .authorize')
    await page.click('.auth-btn-wrapper .btn-done')

    const opened = await tryOut('openSession', '201')
    const session = (JSON.parse(opened) as { session_id: string }).session_id
    await page.click('#operations-Sessions-readSessionState .opblock-summary-control')
    await page.fill('#operations-Sessions-readSessionState tr[data-param-name=session_id] input', session)
    const state = await tryOut('readSessionState', '200', true)
    expect(JSON.parse(state)).toMatchObject({ session_id: session, is_pending: false })
    expect(complaints).toEqual([])
  })

  test('the examples of the page are good to be sent', async () => {
    const { page } = watched
    const { body } = await gateway.call({ path: '/genesis/sessions', token: signTestToken('reader') })
    const operation = '#operations-Commands-sendCommand'
    await page.click(`${operation} .opblock-summary-control`)
    await page.fill(
      `${operation} tr[data-param-name=session_id] input`,
      body.sessions[0].session_id as string,
    )
    const answer = await tryOut('sendCommand', '202', true, 'Commands')
    expect(JSON.parse(answer)).toMatchObject({ status: 'RECEIVED' })
  })

  /** Sends what the page holds for an operation; the body of the answer. */
  async function tryOut(id: string, status: string, isOpen = false, tag = 'Sessions'): Promise<string> {
    const { page } = watched
    const block = page.locator(`#operations-${tag}-${id}`)
    if (!isOpen) await block.locator('.opblock-summary-control').click()
    await block.locator('button.execute').click()
    const live = block.locator('.live-responses-table tbody tr.response')
    await live.waitFor()
    expect((await live.locator('.response-col_status').innerText()).trim()).toMatch(new RegExp(`^${status}`))
    return live
      .locator('.response-col_description pre.microlight, .response-col_description pre')
      .first()
      .innerText()
  }
})
