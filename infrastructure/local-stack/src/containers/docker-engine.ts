/** Asks whether a Docker engine answers, without loading Testcontainers where there is plainly none. */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { ContainerRuntimeClient } from 'testcontainers'

const candidates = (): string[] => [
  '/var/run/docker.sock',
  join(process.env.XDG_RUNTIME_DIR ?? `/run/user/${String(process.getuid?.() ?? 0)}`, 'docker.sock'),
  join(homedir(), '.docker/run/docker.sock'),
  join(homedir(), '.docker/desktop/docker.sock'),
  join(homedir(), '.testcontainers.properties'),
]

const hostGiven = (): boolean => (process.env.DOCKER_HOST ?? '') !== ''

/** The client of the engine; throws where none answers. */
export const dockerClient = async (): Promise<ContainerRuntimeClient> => {
  const { getContainerRuntimeClient } = await import('testcontainers')
  return getContainerRuntimeClient()
}

export const dockerAnswers = async (): Promise<boolean> => {
  if (!hostGiven() && !candidates().some((path) => existsSync(path))) return false
  try {
    await dockerClient()
    return true
  } catch {
    return false
  }
}
