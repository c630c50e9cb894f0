/** What a killed run left behind is found and cleaned, and nothing else is touched. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { identify, writePidFile } from '../processes/pid-file'
import { waitUntil } from '../wait-until'
import { RunFolder, sweep } from './run-folder'

let root: string
let bystander: ChildProcess
const DEAD = { pid: 1, mark: 'started long ago' }

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'run folder '))
  bystander = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'])
})

afterEach(() => {
  bystander.kill('SIGKILL')
  rmSync(root, { recursive: true, force: true })
})

const leaveBehind = (name: string, owner: object, keepsData = false): string => {
  const folder = join(root, name)
  mkdirSync(join(folder, 'pids'), { recursive: true })
  writeFileSync(join(folder, 'run.json'), JSON.stringify({ owner, keepsData }))
  return folder
}

describe('the folder of a run', () => {
  it('is taken from a dead owner, whose processes are ended', async () => {
    const folder = leaveBehind('left', DEAD)
    writePidFile(join(folder, 'pids/kafka.json'), bystander.pid!)
    const ended = new Promise((resolve) => bystander.once('exit', resolve))
    expect(await sweep(root)).toEqual([`kafka (process ${bystander.pid})`])
    await ended
    expect(existsSync(folder)).toBe(false)
  })

  it('ends no process that only bears the number of a dead one', async () => {
    const folder = leaveBehind('left', DEAD)
    writeFileSync(
      join(folder, 'pids/kafka.json'),
      JSON.stringify({ pid: bystander.pid, mark: 'another start' }),
    )
    expect(await sweep(root)).toEqual([])
    expect(identify(bystander.pid!)).toBeDefined()
    expect(existsSync(folder)).toBe(false)
  })

  it('is left alone while its owner lives, and refused to others', async () => {
    const owner = await waitUntil('the process', () => identify(bystander.pid!), { timeoutMs: 20_000 })
    const folder = leaveBehind('busy', owner)
    await expect(RunFolder.open(root, 'busy')).rejects.toThrow(`process ${bystander.pid}`)
    expect(existsSync(folder)).toBe(true)
  })

  it('keeps data that are to be found again, and nothing else', async () => {
    const kept = await RunFolder.open(root, 'start', true)
    mkdirSync(join(kept.path, 'data'))
    kept.release()
    await sweep(root)
    expect(existsSync(join(kept.path, 'data'))).toBe(true)
    const passing = await RunFolder.open(root, 'demo')
    passing.release()
    expect(existsSync(passing.path)).toBe(false)
  })

  it('leaves the logs of a failure until the next sweep', async () => {
    const run = await RunFolder.open(root, 'demo')
    writeFileSync(run.logFile('kafka'), 'why')
    run.keepLogs()
    run.release()
    expect(existsSync(run.logFile('kafka'))).toBe(true)
    expect(existsSync(join(run.path, 'run.json'))).toBe(false)
    await sweep(root)
    expect(existsSync(run.path)).toBe(false)
  })
})
