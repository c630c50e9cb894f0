/** What one start leaves to the next. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keepStart, readKeptStart } from './kept-start'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'kept-start-'))))
afterEach(() => rmSync(folder, { recursive: true }))

it('keeps the key and the ports, for its owner alone', () => {
  const { secret, ports } = readKeptStart(folder)
  expect(Buffer.byteLength(secret)).toBeGreaterThanOrEqual(32)
  expect(ports).toEqual({})
  keepStart(folder, secret, {
    provider: 'native',
    database_url: 'postgres://postgres:postgres@127.0.0.1:41000/infinite_scribe',
    kafka_brokers: '127.0.0.1:41001',
  })
  expect(readKeptStart(folder)).toEqual({ secret, ports: { postgres: 41_000, kafka: 41_001 } })
  const servers = { database_url: 'postgres://db/x', kafka_brokers: 'a:9092,b:9092' }
  keepStart(folder, secret, { provider: 'external', ...servers })
  expect(readKeptStart(folder)).toEqual({ secret, ports: {} })
  expect(statSync(join(folder, 'kept.json')).mode & 0o777).toBe(0o600)
})

it('begins anew where nothing readable was kept', () => {
  writeFileSync(join(folder, 'kept.json'), '{"secret"')
  expect(readKeptStart(folder).secret).not.toBe(readKeptStart(folder).secret)
})
