/** Starts a built service as a process of its own, as a deployment would. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import path from 'node:path'
import { NODE_ARGUMENTS } from '@infinite-scribe/local-stack'
import { eventually } from './eventually'
import { repositoryRoot } from './repository-root'

/** A machine that is busy with other tests takes its time. */
const START_MS = 40_000

export interface ServiceProcess {
  readonly pid: number
  readonly child: ChildProcess
  /** Everything it has written to stdout and stderr so far. */
  output(): string
  /** Sends a signal, SIGTERM unless given, and waits for the end; the exit code, or the signal's name. */
  stop(signal?: NodeJS.Signals): Promise<number | string>
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/**
 * Starts `apps/<app>/dist/main.js` with exactly `environment` (and PATH), and what Node is told in its image.
 * @param readyUrl when given, waits until it answers 200
 */
export async function startService(
  app: 'api-gateway' | 'message-relay',
  environment: Record<string, string>,
  readyUrl?: string,
): Promise<ServiceProcess> {
  const program = path.join(repositoryRoot, 'apps', app, 'dist/main.js')
  const child = spawn(process.execPath, [...NODE_ARGUMENTS[app], program], {
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const chunks: string[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk.toString()))
  const ended = new Promise<number | string>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'))
  })
  const service: ServiceProcess = {
    pid: child.pid ?? -1,
    child,
    output: () => chunks.join(''),
    stop: (signal = 'SIGTERM') => {
      child.kill(signal)
      return ended
    },
  }
  if (readyUrl) {
    try {
      await eventually(async () => {
        if (child.exitCode !== null) return 'ended'
        return (await fetch(readyUrl)).ok
      }, START_MS)
      if (child.exitCode !== null) throw new Error(`${app} ended with exit code ${child.exitCode}`)
    } catch (error) {
      child.kill('SIGKILL')
      throw new Error(`${app} did not become ready:\n${service.output()}`, { cause: error })
    }
  }
  return service
}
