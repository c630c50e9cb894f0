/** Asks whoever sits at the terminal. */
import { createInterface } from 'node:readline/promises'

/**
 * True for yes alone; undefined where `input` is no terminal, and so nobody was asked.
 * @param interrupt what Ctrl-C does, which is taken from the process meanwhile
 */
export async function confirm(
  question: string,
  input: NodeJS.ReadableStream & { isTTY?: boolean },
  output: NodeJS.WritableStream,
  interrupt: () => void,
): Promise<boolean | undefined> {
  if (!input.isTTY) return undefined
  const terminal = createInterface({ input, output })
  terminal.once('SIGINT', interrupt)
  // Ctrl-D rejects.
  const answer = await terminal.question(`${question} [y/N] `).catch(() => '')
  // Left open, it would keep the process alive.
  terminal.close()
  return /^y(es)?$/i.test(answer.trim())
}
