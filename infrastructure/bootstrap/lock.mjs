/** Lets one bootstrap at a time install and build in this clone. */
import { linkSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const lives = (pid) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

const tryLock = (file) => {
  const own = `${file}.${process.pid}`
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(own, String(process.pid))
  try {
    linkSync(own, file)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    const holder = Number(readFileSync(file, 'utf8'))
    if (!lives(holder)) rmSync(file, { force: true })
    return false
  } finally {
    rmSync(own, { force: true })
  }
}

/** Runs the work while no other living process holds the lock. */
export const withLock = async (file, work) => {
  let told = false
  for (;;) {
    try {
      if (tryLock(file)) break
    } catch (error) {
      // The holder let go, and took the folder with it, in between.
      if (error.code !== 'ENOENT') throw error
      continue
    }
    if (!told) console.log('… waiting for another run that installs and builds here')
    told = true
    await delay(200)
  }
  const unlock = () => {
    rmSync(file, { force: true })
    try {
      rmdirSync(dirname(file))
    } catch {
      // A stack has its things in there.
    }
  }
  process.once('exit', unlock)
  try {
    return await work()
  } finally {
    process.off('exit', unlock)
    unlock()
  }
}
