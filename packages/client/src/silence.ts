/** Gives up on what stays silent for too long. */
import { ConnectionError } from './api-error'

/**
 * What `waiting` comes to.
 * @throws {ConnectionError} when that takes longer than `silenceMs` milliseconds.
 */
export async function orSilence<T>(waiting: Promise<T>, silenceMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new ConnectionError(`Nothing came for ${silenceMs} ms`)), silenceMs)
  })
  try {
    return await Promise.race([waiting, silence])
  } finally {
    clearTimeout(timer)
  }
}
