/** Labels that tell whose a container is, and the removal of those whose owner is dead. */
import { hostname } from 'node:os'
import type { ProcessIdentity } from '../processes/pid-file'
import { isAlive } from '../processes/process-table'
import { dockerClient } from './docker-engine'

const ROOT_LABEL = 'com.infinite-scribe.stack'
const OWNER_LABEL = 'com.infinite-scribe.owner'

/** Where the owner of a container runs, and which process it is. */
export type ContainerLabels = Readonly<Record<string, string>>

export const labelsFor = (root: string, { pid, mark }: ProcessIdentity): ContainerLabels => ({
  [ROOT_LABEL]: root,
  [OWNER_LABEL]: `${hostname()} ${pid} ${mark}`,
})

const ownerIsDead = (label: string | undefined): boolean => {
  const [host, pid, ...mark] = (label ?? '').split(' ')
  return host === hostname() && !isAlive(Number(pid), mark.join(' '))
}

/** Removes the containers of this root whose owners are dead, with their data. */
export const removeStaleContainers = async (root: string): Promise<void> => {
  const { container: containers } = await dockerClient()
  // Stopped ones too: a container that was played with holds its name, its port and its data.
  const candidates = await containers.dockerode.listContainers({
    all: true,
    filters: { label: [`${ROOT_LABEL}=${root}`] },
  })
  for (const { Id, Labels } of candidates) {
    if (!ownerIsDead(Labels[OWNER_LABEL])) continue
    // Another run may be cleaning up at the same time.
    await containers
      .getById(Id)
      .remove({ force: true, v: true })
      .catch(() => undefined)
  }
}
