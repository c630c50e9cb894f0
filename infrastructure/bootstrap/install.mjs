/** Installs the packages with the pinned pnpm when they are not what the lockfile asks for. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { step } from './step.mjs'

const STAMP = 'node_modules/.infinite-scribe-installed'
/** The folders that hold a package each. */
const GROUPS = ['apps', 'packages', 'infrastructure']

const manifests = (root) => [
  'package.json',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  ...GROUPS.flatMap((group) =>
    existsSync(join(root, group))
      ? readdirSync(join(root, group)).map((name) => join(group, name, 'package.json'))
      : [],
  ).filter((file) => existsSync(join(root, file))),
]

const fingerprint = (root) => {
  const hash = createHash('sha256').update(`${process.version} ${process.platform}-${process.arch}\n`)
  for (const file of manifests(root)) hash.update(`${file}\n`).update(readFileSync(join(root, file)))
  return hash.digest('hex')
}

const isInstalled = (root, wanted) => {
  try {
    const whole = manifests(root).every(
      (file) =>
        !file.includes('/') ||
        !hasDependencies(root, file) ||
        existsSync(join(root, file, '../node_modules')),
    )
    return whole && readFileSync(join(root, STAMP), 'utf8') === wanted
  } catch {
    return false
  }
}

const hasDependencies = (root, file) => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, file), 'utf8'))
  return Object.keys({ ...dependencies, ...devDependencies }).length > 0
}

/** Corepack must neither ask nor wait for ever. */
const ENVIRONMENT = { ...process.env, COREPACK_ENABLE_DOWNLOAD_PROMPT: '0', CI: 'true' }

/** A way to run the pinned pnpm: one on the PATH, else corepack's, else a copy that npx fetches. */
const findPnpm = (root) => {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const version = /^pnpm@([^+]+)/.exec(packageManager)[1]
  const answers = ([command, ...args]) => {
    const { status, stdout } = spawnSync(command, [...args, '--version'], {
      cwd: root,
      encoding: 'utf8',
      env: ENVIRONMENT,
      timeout: 30_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return status === 0 && stdout.trim().split('\n').at(-1) === version
  }
  if (answers(['pnpm'])) return { name: `pnpm ${version}`, command: ['pnpm'] }
  if (answers(['corepack', 'pnpm']))
    return { name: `pnpm ${version} by corepack`, command: ['corepack', 'pnpm'] }
  return { name: `pnpm ${version} by npx`, command: ['npx', '--yes', `pnpm@${version}`] }
}

export const installIfNeeded = async (root) => {
  const wanted = fingerprint(root)
  if (isInstalled(root, wanted)) return
  const { name, command } = findPnpm(root)
  const [program, ...args] = command
  await step(`Installing packages (${name})`, program, [...args, 'install', '--frozen-lockfile'], {
    cwd: root,
    env: ENVIRONMENT,
  })
  writeFileSync(join(root, STAMP), wanted)
}
