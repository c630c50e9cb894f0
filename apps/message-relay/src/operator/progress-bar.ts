/** How far long work has come: a bar for whoever watches, plain lines in a pipe or a file. */
import { SingleBar } from 'cli-progress'
import type { Bar } from './terminal'

/** Work that is done before says nothing. */
const BETWEEN_LINES_MS = 5000

/** Starts at nothing of `total`. */
export function progressBar(
  stream: NodeJS.WritableStream & { isTTY?: boolean },
  title: string,
  total: number,
): Bar {
  return stream.isTTY ? livelyBar(stream, title, total) : plainLines(stream, title, total)
}

function livelyBar(stream: NodeJS.WritableStream, title: string, total: number): Bar {
  const bar = new SingleBar({
    format: `${title} {bar} {percentage}% {value} of {total}, {eta_formatted} left`,
    stream,
    hideCursor: true,
    clearOnComplete: true,
    etaBuffer: 50,
  })
  bar.start(total, 0)
  return { at: (done) => bar.update(done), end: () => bar.stop() }
}

function plainLines(stream: NodeJS.WritableStream, title: string, total: number): Bar {
  const began = performance.now()
  let reached = 0
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - began) / 1000)
    stream.write(`${title}: ${reached} of ${total} after ${seconds} s\n`)
  }, BETWEEN_LINES_MS)
  return { at: (done) => (reached = done), end: () => clearInterval(timer) }
}
