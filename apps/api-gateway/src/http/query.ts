/** Query parameters, each at most once, as the values that their schemas speak of. */
import type { Request } from 'express'
import type { JsonSchema } from '../json-schema'
import { validationProblem } from './problem'
import { checkOf } from './validate'

export interface QuerySchema extends JsonSchema {
  readonly type: 'object'
  readonly properties: Readonly<Record<string, { readonly type: 'string' | 'integer' } & JsonSchema>>
}

const WHOLE_NUMBER = /^(?:0|[1-9]\d{0,14})$/

/**
 * A reader of the parameters that `schema` names; others are left alone. Defaults are filled in.
 * @returns a function that throws VALIDATION_ERROR
 */
export function queryReader(schema: QuerySchema): (request: Request) => unknown {
  const check = checkOf(schema)
  return (request) => {
    const query: Record<string, unknown> = {}
    for (const [name, { type, default: otherwise }] of Object.entries(schema.properties)) {
      const given = Object.hasOwn(request.query, name) ? request.query[name] : undefined
      if (given === undefined) {
        if (otherwise !== undefined) query[name] = otherwise
        continue
      }
      if (typeof given !== 'string')
        throw validationProblem([{ path: `/${name}`, message: 'is given more than once' }])
      query[name] = type === 'integer' && WHOLE_NUMBER.test(given) ? Number(given) : given
    }
    check(query)
    return query
  }
}
