/** A lock that outlives no holder. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withFileLock } from './file-lock'
import { identify } from './processes/pid-file'

const folder = mkdtempSync(join(tmpdir(), 'lock-'))
const file = join(folder, 'the.lock')
afterAll(() => rmSync(folder, { recursive: true }))

describe('the lock', () => {
  it('is held while the work runs, and let go of when it fails', async () => {
    const work = withFileLock(file, 1_000, () => {
      expect(existsSync(file)).toBe(true)
      return Promise.reject(new Error('work failed'))
    })
    await expect(work).rejects.toThrow('work failed')
    expect(existsSync(file)).toBe(false)
  })

  it('is not obeyed when its holder is dead', async () => {
    writeFileSync(file, JSON.stringify({ pid: process.pid, mark: 'an earlier process' }))
    expect(await withFileLock(file, 2_000, () => Promise.resolve('done'))).toBe('done')
  })

  it('is waited for, not for ever, while its holder lives', async () => {
    writeFileSync(file, JSON.stringify(identify(process.pid)))
    await expect(withFileLock(file, 300, () => Promise.resolve())).rejects.toThrow('not within')
    rmSync(file)
  })
})
