/** The command types there are: adding one is adding its file and a line here. */
import type { JsonObject } from '@infinite-scribe/shared-types'
import { Ajv, type ErrorObject } from 'ajv'
import type { CommandDefinition } from './command-definition'
import { confirmStage } from './commands/confirm-stage'
import { requestConceptGeneration } from './commands/request-concept-generation'
import { submitFeedback } from './commands/submit-feedback'

export interface PayloadError {
  /** JSON Pointer into the request's body. */
  readonly path: string
  readonly message: string
}

// A body of 100 KB can hold tens of thousands of faults.
const MAX_ERRORS = 50

export interface CatalogedCommand {
  readonly definition: CommandDefinition
  /** What the schema has against a payload; empty when nothing. */
  readonly faultsOf: (payload: JsonObject) => PayloadError[]
}

export class CommandCatalog {
  readonly supported: readonly string[]
  private readonly commands: ReadonlyMap<string, CatalogedCommand>

  constructor(definitions: readonly CommandDefinition[]) {
    const ajv = new Ajv({ allErrors: true })
    this.supported = definitions.map(({ type }) => type)
    this.commands = new Map(
      definitions.map((definition) => {
        const validate = ajv.compile<JsonObject>(definition.schema)
        return [
          definition.type,
          {
            definition,
            faultsOf: (payload) =>
              validate(payload) ? [] : (validate.errors ?? []).slice(0, MAX_ERRORS).map(asPayloadError),
          },
        ]
      }),
    )
  }

  find(commandType: string): CatalogedCommand | undefined {
    return this.commands.get(commandType)
  }
}

export const commandCatalog = new CommandCatalog([requestConceptGeneration, confirmStage, submitFeedback])

function asPayloadError({ instancePath, keyword, params, message }: ErrorObject): PayloadError {
  const stranger: unknown = keyword === 'additionalProperties' ? params.additionalProperty : undefined
  const member = typeof stranger === 'string' ? `/${pointerSegment(stranger)}` : ''
  if (keyword === 'false schema') return { path: `/payload${instancePath}`, message: 'must not be given' }
  return { path: `/payload${instancePath}${member}`, message: message ?? 'is not valid' }
}

function pointerSegment(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}
