/** Why a bound is not held, as people wrote it: REASONS.md has a heading for each such scenario. */

/** The text below each heading of the second level, by the heading. */
export function reasonsIn(markdown: string): ReadonlyMap<string, string> {
  const [, ...sections] = `\n${markdown}`.split(/\n## /)
  return new Map(
    sections.map((section) => {
      const [heading = '', ...text] = section.split('\n')
      return [heading.trim(), text.join('\n').trim()]
    }),
  )
}
