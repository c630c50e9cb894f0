/** What the command line needs of the process it runs in. */
import type { OnInterrupt } from './operator-database'

/** How far long work has come. */
export interface Bar {
  /** So many of the total are done. */
  at(done: number): void
  /** The work is over, however it ended. */
  end(): void
}

export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Who is recorded as having made a change. */
  readonly who: string
  /** Characters in a line; Infinity where results go elsewhere than to a terminal. */
  readonly columns: number
  print(text: string): void
  /** Says what is no result, and so no part of what a tool reads. */
  warn(text: string): void
  bar(title: string, total: number): Bar
  /** Offers what is to be done when a signal ends the process. */
  readonly onInterrupt: OnInterrupt
  /** Undefined where nobody can be asked. */
  confirm(question: string): Promise<boolean | undefined>
  exitWith(code: number): void
}

/** Shows a bar while `work` goes on. @throws what `work` throws */
export async function withBar<T>(
  { bar }: Pick<Terminal, 'bar'>,
  title: string,
  total: number,
  work: (at: (done: number) => void) => Promise<T>,
): Promise<T> {
  const shown = bar(title, total)
  try {
    return await work((done) => shown.at(done))
  } finally {
    shown.end()
  }
}
