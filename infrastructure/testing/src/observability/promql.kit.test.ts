/** Reads PromQL with Prometheus's own grammar: whether it is valid, and which series and labels it speaks of. */
import type { SyntaxNode } from '@lezer/common' with { 'resolution-mode': 'import' }

export interface Selector {
  readonly metric: string
  readonly matchers: readonly { label: string; operator: string; value: string }[]
}

export interface Query {
  readonly selectors: readonly Selector[]
  /** The labels of its `by`, `without`, `on` and `ignoring`. */
  readonly groupings: readonly string[]
}

/** @throws where `text` is no PromQL, with the place */
export async function readQuery(text: string): Promise<Query> {
  // Its types are those of an ES module, which a CommonJS file may load only so.
  const { parser } = await import('@prometheus-io/lezer-promql')
  const tree = parser.parse(text)
  const selectors: Selector[] = []
  const groupings: string[] = []
  const textOf = ({ from, to }: { from: number; to: number }) => text.slice(from, to)
  const childText = (node: SyntaxNode, name: string) => {
    const child = node.getChild(name)
    return child ? textOf(child) : ''
  }
  tree.iterate({
    enter: ({ type, from, to, node }) => {
      if (type.isError) throw new Error(`no PromQL at ${from}, "${text.slice(from, to + 10)}": ${text}`)
      if (type.name === 'VectorSelector') {
        const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []
        selectors.push({
          metric: childText(node, 'Identifier'),
          matchers: matchers.map((matcher) => ({
            label: childText(matcher, 'LabelName'),
            operator: childText(matcher, 'MatchOp'),
            value: childText(matcher, 'StringLiteral').slice(1, -1),
          })),
        })
      }
      if (type.name === 'GroupingLabels') groupings.push(...node.getChildren('LabelName').map(textOf))
    },
  })
  return { selectors, groupings }
}
