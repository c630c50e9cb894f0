/** Compiles the workspace when a source, a setting or an output has changed since the last time. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { step } from './step.mjs'

const STAMP = 'node_modules/.infinite-scribe-built'
const GROUPS = ['apps', 'packages', 'infrastructure']

const sourcesIn = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
        .sort()
    : []

/** Sources by size and time, outputs by their build records: cheaper than starting the compiler to ask it. */
const fingerprint = (root) => {
  const hash = createHash('sha256')
  const add = (file) => {
    const { size, mtimeMs } = statSync(file)
    hash.update(`${file} ${size} ${mtimeMs}\n`)
  }
  for (const file of ['tsconfig.json', 'tsconfig.base.json', 'pnpm-lock.yaml']) add(join(root, file))
  for (const group of GROUPS) {
    for (const name of readdirSync(join(root, group))) {
      const folder = join(root, group, name)
      if (!existsSync(join(folder, 'tsconfig.json'))) continue
      add(join(folder, 'tsconfig.json'))
      sourcesIn(join(folder, 'src')).forEach(add)
      const record = join(folder, 'dist/.tsbuildinfo')
      if (existsSync(record)) add(record)
      else hash.update(`${record} missing\n`)
    }
  }
  return hash.digest('hex')
}

const isBuilt = (root) => {
  try {
    return readFileSync(join(root, STAMP), 'utf8') === fingerprint(root)
  } catch {
    return false
  }
}

export const buildIfNeeded = async (root) => {
  if (isBuilt(root)) return
  await step('Compiling', process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b'], {
    cwd: root,
  })
  writeFileSync(join(root, STAMP), fingerprint(root))
}
