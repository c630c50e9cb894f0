/** The body of a command as the document has it: one variant for each type of the catalog, told apart by command_type. */
import type { CommandCatalog } from '../genesis/command-catalog'
import type { CommandDefinition } from '../genesis/command-definition'
import type { JsonSchema } from '../json-schema'
import type { JsonObject } from './answers'

/** Components for the variants, the body that is any of them, and its examples. */
export interface CommandVariants {
  readonly schemas: Readonly<Record<string, JsonSchema>>
  readonly examples: JsonObject
}

/**
 * The variants of `catalog`.
 * @param base the schema that every body has to pass; its component becomes the choice between the variants
 */
export function commandVariants(catalog: CommandCatalog, base: JsonSchema): CommandVariants {
  const definitions = catalog.supported.flatMap((type) => catalog.find(type)?.definition ?? [])
  const { $id, title } = base as { $id: string; title: string }
  const ref = (name: string) => `#/components/schemas/${name}`
  return {
    schemas: {
      ...Object.fromEntries(
        definitions.flatMap((definition) => [
          [`${definition.type}Payload`, definition.schema],
          [`${definition.type}Command`, variant(definition, base, ref(`${definition.type}Payload`))],
        ]),
      ),
      [$id]: {
        title,
        oneOf: definitions.map(({ type }) => ({ $ref: ref(`${type}Command`) })),
        discriminator: {
          propertyName: 'command_type',
          mapping: Object.fromEntries(definitions.map(({ type }) => [type, ref(`${type}Command`)])),
        },
      },
    },
    examples: Object.fromEntries(definitions.flatMap(examplesOf)),
  }
}

function variant(definition: CommandDefinition, base: JsonSchema, payload: string): JsonSchema {
  const { type, properties, required, additionalProperties } = base
  const { required: requiredInPayload } = definition.schema
  // An absent payload is {}: where {} does not do, the payload must be there.
  const needsPayload = Array.isArray(requiredInPayload) && requiredInPayload.length > 0
  return {
    title: definition.type,
    description: answeredWith(definition),
    type,
    required: [...(required as string[]), ...(needsPayload ? ['payload'] : [])],
    properties: {
      ...(properties as object),
      command_type: { type: 'string', const: definition.type },
      payload: { $ref: payload },
    },
    additionalProperties,
  }
}

function examplesOf(definition: CommandDefinition): [string, JsonObject][] {
  const { examples } = definition.schema
  const payloads = Array.isArray(examples) ? (examples as unknown[]) : []
  const bodies =
    payloads.length === 0
      ? [{ command_type: definition.type }]
      : payloads.map((payload) => ({ command_type: definition.type, payload }))
  return bodies.map((value, index) => [
    index === 0 ? definition.type : `${definition.type}${index + 1}`,
    { summary: answeredWith(definition), value, 'x-answered-with': definition.mode === 'async' ? 202 : 200 },
  ])
}

function answeredWith({ type, mode }: CommandDefinition): string {
  return mode === 'async'
    ? `${type}: answered with 202; its task tells when it is done`
    : `${type}: answered with 200`
}
