/** Asks whoever sits at the terminal. */
import { createInterface } from 'node:readline/promises'

/**
 * True for yes alone; nobody is asked, and nothing agreed to, where `input` is no terminal.
 * @param interrupt what Ctrl-C does, which is taken from the process meanwhile
 */
export async function confirm(
  question: string,
  input: NodeJS.ReadableStream & { isTTY?: boolean },
  output: NodeJS.WritableStream,
  interrupt: () => void,
): Promise<boolean> {
  if (!input.isTTY) return false
  const terminal = createInterface({ input, output })
  terminal.once('SIGINT', interrupt)
  // Ctrl-D rejects.
  const answer = await terminal.question(`${question} [y/N] `).catch(() => '')
  // Left open, it would keep the process alive.
  terminal.close()
  return /^y(es)?$/i.test(answer.trim())
}
