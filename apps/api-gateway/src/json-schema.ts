/** Holds values to JSON schemas: one validator and one wording of what it finds, for bodies, queries and payloads. */
import Ajv, { type ErrorObject } from 'ajv/dist/2020'
import addFormats from 'ajv-formats'

/** A JSON schema (draft 2020-12) as a plain object. */
export type JsonSchema = Readonly<Record<string, unknown>>

export interface FieldError {
  /** JSON Pointer into the body, or `/name` of a query parameter. */
  readonly path: string
  readonly message: string
}

// A body of 100 KB can hold tens of thousands of faults.
const MAX_ERRORS = 50

const ajv = addFormats(new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }))

/**
 * A function that names what `schema`, compiled once, has against a value; nothing when the value is as it should be.
 * @param root where the value stands in what was sent, as a JSON Pointer
 * @throws for a schema that is none
 */
export function faultFinder(schema: JsonSchema, root = ''): (value: unknown) => readonly FieldError[] {
  const validate = ajv.compile(schema)
  return (value) =>
    validate(value)
      ? []
      : (validate.errors ?? []).slice(0, MAX_ERRORS).map((error) => fieldError(root, error))
}

function fieldError(root: string, { instancePath, keyword, params, message }: ErrorObject): FieldError {
  const { missingProperty, additionalProperty, allowedValues } = params as Record<string, unknown>
  const member = missingProperty ?? additionalProperty
  const path = root + instancePath + (typeof member === 'string' ? `/${pointerSegment(member)}` : '')
  if (keyword === 'required') return { path, message: 'is required' }
  if (keyword === 'additionalProperties') return { path, message: 'is not a known property' }
  if (keyword === 'false schema') return { path, message: 'must not be given' }
  if (Array.isArray(allowedValues)) return { path, message: `must be one of ${allowedValues.join(', ')}` }
  return { path, message: message ?? 'is not valid' }
}

function pointerSegment(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}
