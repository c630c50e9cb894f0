/** Checks of bodies and queries against JSON schemas. */
import { faultFinder, type JsonSchema } from '../json-schema'
import { validationProblem } from './problem'

/**
 * A check of `schema`, compiled once.
 * @returns a function that throws VALIDATION_ERROR with `errors: [{path, message}]`
 */
export function checkOf(schema: JsonSchema): (value: unknown) => void {
  const faultsOf = faultFinder(schema)
  return (value) => {
    const errors = faultsOf(value)
    if (errors.length > 0) throw validationProblem(errors)
  }
}
