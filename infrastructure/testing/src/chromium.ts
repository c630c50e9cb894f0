/** Pages in a headless Chromium, where there is one. */
import { existsSync } from 'node:fs'
import { chromium, type Browser, type Page } from 'playwright-core'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
]

/** Where Chromium is; undefined where there is none, and tests that need it are skipped by their names. */
export const chromiumPath: string | undefined = PLACES.find((place) => existsSync(place))

export interface WatchedPage {
  readonly page: Page
  /** What the page complained of: errors, console errors, violations of its content security policy. */
  readonly complaints: string[]
  /** Every URL that it asked for. */
  readonly requested: string[]
}

/** A browser; close it. @throws when there is no Chromium. */
export async function openBrowser(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error('there is no Chromium here')
  return chromium.launch({ executablePath: chromiumPath, args: FLAGS, chromiumSandbox: false })
}

/** A new page that is watched from its first byte. */
export async function openPage(browser: Browser): Promise<WatchedPage> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } })
  const complaints: string[] = []
  const requested: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' || /content security policy/i.test(message.text())) {
      complaints.push(message.text())
    }
  })
  page.on('request', (request) => requested.push(request.url()))
  return { page, complaints, requested }
}
