/** The document, as a document: valid, complete, and with examples that are what it says. */
import { validate } from '@readme/openapi-parser'
import Ajv from 'ajv/dist/2020'
import addFormats from 'ajv-formats'
import { CommandCatalog, commandCatalog } from '../genesis/command-catalog'
import { defineCommand } from '../genesis/command-definition'
import { describeInterface } from '../interface'
import { ERROR_CODES } from './error-schemas'
import type { OpenApiDocument } from './document'

/* eslint-disable @typescript-eslint/no-explicit-any -- a JSON document is walked through */
const none = {} as never
const documentOf = (catalog = commandCatalog): OpenApiDocument =>
  describeInterface({ commands: none, sessions: none, tasks: none, tickets: none }, catalog).document
const document = documentOf()

interface Found {
  name: string
  operation: any
}
const operations: Found[] = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
)
const contents = operations.flatMap(({ name, operation }) => [
  ...Object.entries<any>(operation.requestBody?.content ?? {}).map(([, content]) => ({
    name: `${name}, its body`,
    content,
  })),
  ...Object.entries<any>(operation.responses).flatMap(([status, response]) =>
    Object.entries<any>(response.content).map(([, content]) => ({
      name: `${name}, ${status}`,
      content,
    })),
  ),
])

const ajv = addFormats(new Ajv({ strict: false, allErrors: true })).addSchema(document, 'document')
const faultsOf = (schema: any, value: unknown): unknown => {
  const located = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/'))
  const check = ajv.compile(located)
  check(value)
  return check.errors
}

test('is valid by the meta-schema of OpenAPI 3.1', async () => {
  const result = await validate(JSON.parse(JSON.stringify(document)))
  expect(result).toMatchObject({ valid: true, warnings: [] })
})

test('the meta-schema finds what is wrong', async () => {
  const { paths, ...rest } = JSON.parse(JSON.stringify(document))
  paths['/genesis/sessions'].post.responses['201'].headers = 'none'
  expect(await validate({ ...rest, paths })).toMatchObject({ valid: false })
})

test('gives every operation a name of its own', () => {
  const names = operations.map(({ operation }) => operation.operationId)
  expect(new Set(names).size).toBe(names.length)
  expect(names.every((name) => /^[a-z][A-Za-z]+$/.test(name))).toBe(true)
})

test.each(operations)('$name has examples, and they are what their schemas say', ({ name: operation }) => {
  const own = contents.filter(({ name }) => name.startsWith(`${operation},`))
  for (const { name, content } of own) {
    const examples = Object.entries<any>(content.examples)
    expect([name, examples.length > 0]).toEqual([name, true])
    for (const [title, { value }] of examples) {
      expect([name, title, faultsOf(content.schema, value)]).toEqual([name, title, null])
    }
  }
})

test('says what every error answer is: its codes, and one example for each', () => {
  const errors = contents.filter(({ name }) => /, [45]\d\d$/.test(name))
  expect(errors.length).toBeGreaterThan(100)
  for (const { content } of errors) {
    const codes = content.schema.properties.error_code.enum
    expect(Object.keys(content.examples)).toEqual(codes)
    for (const code of codes) expect(content.examples[code].value.error_code).toBe(code)
  }
})

test('has a schema for every code that there is, and uses them all', () => {
  const used = new Set(
    contents
      .flatMap(({ content }) => content.schema.properties?.error_code?.enum ?? [])
      .concat(['NOT_FOUND', 'METHOD_NOT_ALLOWED']),
  )
  expect([...used].sort()).toEqual(ERROR_CODES)
})

test('every answer has X-Request-Id', () => {
  for (const { operation } of operations) {
    for (const { headers } of Object.values<any>(operation.responses))
      expect(headers).toHaveProperty('X-Request-Id')
  }
})

test('a new command type appears with its schema and its example, and without', () => {
  const schema = { type: 'object', required: ['title'], properties: { title: { type: 'string' } } }
  const rename = defineCommand({ type: 'RenameNovel', mode: 'sync', schema, decide: () => [] })
  const forget = defineCommand({
    type: 'ForgetNovel',
    mode: 'sync',
    schema: { type: 'object', examples: [{ a: 1 }, { a: 2 }] },
    decide: () => [],
  })
  const { components, paths }: any = documentOf(new CommandCatalog([rename, forget]))
  expect(components.schemas.CommandRequest.discriminator.mapping).toEqual({
    RenameNovel: '#/components/schemas/RenameNovelCommand',
    ForgetNovel: '#/components/schemas/ForgetNovelCommand',
  })
  expect(components.schemas.RenameNovelPayload).toEqual(schema)
  expect(components.schemas.RenameNovelCommand.required).toEqual(['command_type', 'payload'])
  const { examples } =
    paths['/genesis/sessions/{session_id}/commands'].post.requestBody.content['application/json']
  expect(Object.keys(examples)).toEqual(['RenameNovel', 'ForgetNovel', 'ForgetNovel2'])
})
