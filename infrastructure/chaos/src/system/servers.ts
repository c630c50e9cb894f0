/** The PostgreSQL and the Kafka that are tormented: a stack of this program's own. */
import { join } from 'node:path'
import {
  chooseProvider,
  openProvider,
  RunFolder,
  STACK_FOLDER,
  type StackProvider,
} from '@infinite-scribe/local-stack'
import { withClient } from './database'
import { SmallDisk } from './small-disk'

export interface Servers {
  readonly provider: StackProvider
  readonly run: RunFolder
  /** Where PostgreSQL's data are, when it can be filled. */
  readonly disk: SmallDisk | undefined
  close(): Promise<void>
}

/**
 * Starts them.
 * @param smallDisk whether PostgreSQL's data are to be where they can run out of room; what is large has none there
 * @throws StackRefusal when there are none to be had
 */
export async function openServers(
  environment: NodeJS.ProcessEnv,
  { smallDisk }: { readonly smallDisk: boolean },
): Promise<Servers> {
  const run = await RunFolder.open(join(STACK_FOLDER, 'runs'), `chaos-${process.pid}`)
  const name = await chooseProvider(environment)
  const provider = await openProvider(name, run, environment)
  const { home } = provider.postgres
  const disk = smallDisk && home !== undefined ? SmallDisk.mount(home) : undefined
  const close = async (): Promise<void> => {
    await provider.close()
    disk?.unmount()
    run.release()
  }
  try {
    await provider.start()
    // A small disk holds a small log.
    if (disk) {
      await withClient(provider.postgres.adminUrl, async (client) => {
        await client.query(`ALTER SYSTEM SET max_wal_size = '128MB'`)
        await client.query(`SELECT pg_reload_conf()`)
      })
    }
  } catch (error) {
    await close()
    throw error
  }
  return { provider, run, disk, close }
}
