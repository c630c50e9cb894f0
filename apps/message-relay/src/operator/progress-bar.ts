/** A bar for whoever watches; a pipe or a file gets nothing. */
import { SingleBar } from 'cli-progress'
import type { Bar } from './terminal'

/** Starts a bar at nothing of `total`. */
export function progressBar(stream: NodeJS.WritableStream, title: string, total: number): Bar {
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
