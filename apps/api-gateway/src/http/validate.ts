/** Checks of bodies and queries against JSON schemas, with errors as the contract names them. */
import Ajv, { type ErrorObject } from 'ajv/dist/2020'
import addFormats from 'ajv-formats'
import { validationProblem, type FieldError } from './problem'

/** A JSON schema (draft 2020-12) as a plain object. */
export type JsonSchema = Readonly<Record<string, unknown>>

const ajv = addFormats(new Ajv({ allErrors: false, strict: true, allowUnionTypes: true }))

/**
 * A check of `schema`, compiled once.
 * @returns a function that throws VALIDATION_ERROR with `errors: [{path, message}]`
 */
export function checkOf(schema: JsonSchema): (value: unknown) => void {
  const validate = ajv.compile(schema)
  return (value) => {
    if (!validate(value)) throw validationProblem((validate.errors ?? []).map(fieldError))
  }
}

function fieldError({ instancePath, keyword, params, message }: ErrorObject): FieldError {
  const { missingProperty, additionalProperty, allowedValues } = params as Record<string, unknown>
  const member = missingProperty ?? additionalProperty
  const path = typeof member === 'string' ? `${instancePath}/${member}` : instancePath
  if (keyword === 'required') return { path, message: 'is required' }
  if (keyword === 'additionalProperties') return { path, message: 'is not a known property' }
  if (Array.isArray(allowedValues)) return { path, message: `must be one of ${allowedValues.join(', ')}` }
  return { path, message: message ?? 'is not valid' }
}
