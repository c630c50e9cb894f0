/**
 * Writes src/schema.generated.ts from the document of the built gateway: `npm run build && npm run client:types`.
 * With --print it writes to stdout instead.
 */
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import openapiTS, { astToString } from 'openapi-typescript'

const HEADER = '// Made from the OpenAPI document by packages/client/generate.mjs; not to be edited.\n'

// The document needs no service: it is made from the schemas alone.
const { describeInterface } = createRequire(import.meta.url)('../../apps/api-gateway/dist/interface.js')
const { document } = describeInterface({})
const text = HEADER + astToString(await openapiTS(document, { silent: true, emptyObjectsUnknown: true }))
if (process.argv.includes('--print')) process.stdout.write(text)
else writeFileSync(join(import.meta.dirname, 'src/schema.generated.ts'), text)
