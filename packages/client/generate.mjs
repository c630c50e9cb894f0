/** Writes src/schema.generated.ts from the gateway's document: node packages/client/generate.mjs <openapi.json> */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import openapiTS, { astToString } from 'openapi-typescript'

const HEADER = '// Made from the OpenAPI document by packages/client/generate.mjs; not to be edited.\n'
const target = join(import.meta.dirname, 'src/schema.generated.ts')

const document = JSON.parse(readFileSync(process.argv[2] ?? 0, 'utf8'))
const text = HEADER + astToString(await openapiTS(document))
if (process.argv.includes('--print')) process.stdout.write(text)
else writeFileSync(target, text)
