/** The row types say what the real catalog says: every column of every table, its type, and whether it may be null. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { createTestDatabase, type TestDatabase } from '@infinite-scribe/testing'
import { Client } from 'pg'
import ts from 'typescript'
import { TASK_TYPE_PATTERN } from '../statuses'

interface Column {
  table: string
  name: string
  type: string
  notNull: boolean
  checks: string[]
}

const files = readdirSync(__dirname).filter((file) => !file.endsWith('.test.ts'))
const tableOf = (file: string) => path.basename(file, '.ts').replaceAll('-', '_')

// What node-postgres makes of each type.
const TYPE_IN_ROWS: Record<string, string> = {
  uuid: 'string',
  text: 'string',
  int2: 'number',
  int4: 'number',
  int8: 'string',
  numeric: 'string',
  bool: 'boolean',
  timestamptz: 'Date',
  bytea: 'Uint8Array<ArrayBufferLike>',
}

let database: TestDatabase
let client: Client
let columns: Column[]
beforeAll(async () => {
  database = await createTestDatabase()
  client = new Client({ connectionString: database.url })
  await client.connect()
  const { rows } = await client.query<Column>(
    `SELECT c.relname AS table, a.attname AS name, t.typname AS type, a.attnotnull AS "notNull",
            ARRAY(SELECT pg_get_constraintdef(k.oid) FROM pg_constraint k
                   WHERE k.conrelid = c.oid AND k.contype = 'c' AND k.conkey = ARRAY[a.attnum]) AS checks
       FROM pg_class c
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       JOIN pg_type t ON t.oid = a.atttypid
      WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
      ORDER BY 1, a.attnum`,
  )
  columns = rows
})
afterAll(async () => {
  await client.end()
  await database.drop()
})

const program = ts.createProgram(
  files.map((file) => path.join(__dirname, file)),
  { strict: true, exactOptionalPropertyTypes: true, target: ts.ScriptTarget.ES2022, types: [] },
)
const checker = program.getTypeChecker()

/** The members of the interface `…Row` of a file: type by name. */
function rowMembers(file: string): Map<string, ts.Type> {
  const source = program.getSourceFile(path.join(__dirname, file))!
  const row = source.statements.find(
    (node): node is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(node) && node.name.text.endsWith('Row'),
  )!
  const type = checker.getTypeAtLocation(row.name)
  return new Map(type.getProperties().map((member) => [member.name, checker.getTypeOfSymbol(member)]))
}

const partsOf = (type: ts.Type): ts.Type[] => (type.isUnion() ? type.types : [type])
const isNull = (type: ts.Type) => (type.flags & ts.TypeFlags.Null) !== 0
const isTemplate = (type: ts.Type): type is ts.TemplateLiteralType =>
  (type.flags & ts.TypeFlags.TemplateLiteral) !== 0
/** What a pattern's matches all begin with: `genesis.` of `^genesis\\.[a-z]+$`. */
const literalHead = (pattern = '') => /^\^((?:\w|\\.)*)/.exec(pattern)?.[1]?.replaceAll('\\', '')
const isAliased = (type: ts.Type, name: string) => type.aliasSymbol?.name === name

it('has a file for every table, and a table for every file', () => {
  expect(files.map(tableOf).sort()).toEqual([...new Set(columns.map((column) => column.table))].sort())
})

describe.each(files.map((file) => [tableOf(file), file]))('%s', (table, file) => {
  const members = rowMembers(file)
  const ofTable = () => columns.filter((column) => column.table === table)

  it('has exactly the columns of its table', () => {
    expect([...members.keys()].sort()).toEqual(
      ofTable()
        .map((column) => column.name)
        .sort(),
    )
  })

  it('has their types and says which may be null', () => {
    for (const column of ofTable()) {
      const type = members.get(column.name)!
      const where = `${table}.${column.name}`
      if (column.type === 'jsonb' && isAliased(type, 'JsonValue')) continue // Any JSON, null among it.
      expect([where, partsOf(type).some(isNull)]).toEqual([where, !column.notNull])

      const bare = partsOf(type).filter((part) => !isNull(part))
      if (column.type === 'jsonb') {
        for (const part of bare) expect([where, part.flags & ts.TypeFlags.Object]).not.toEqual([where, 0])
        continue
      }
      const [only] = bare
      if (only && isTemplate(only)) {
        // What the check lets through begins and goes on as the type says, and is what the package's pattern says.
        const [pattern] = column.checks.map((check) => /~ '([^']+)'::text/.exec(check)?.[1])
        expect([where, only.texts]).toEqual([where, [literalHead(pattern), '']])
        expect([where, pattern]).toEqual([where, TASK_TYPE_PATTERN])
        continue
      }
      const literals = bare.filter((part) => part.isStringLiteral())
      if (literals.length > 0) {
        const allowed = [...column.checks.join(' ').matchAll(/'([^']+)'::text/g)].map((match) => match[1])
        expect([where, literals.map((part) => part.value).sort()]).toEqual([where, allowed.sort()])
      } else {
        expect([where, checker.typeToString(checker.getNonNullableType(type))]).toEqual([
          where,
          TYPE_IN_ROWS[column.type],
        ])
      }
    }
  })

  it('explains every column of its table to people', async () => {
    const { rows } = await client.query(
      `SELECT a.attname FROM pg_attribute a
        WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND col_description(a.attrelid, a.attnum) IS NULL`,
      [table],
    )
    expect(rows).toEqual([])
  })
})

it('is exported by the package, every one', () => {
  const index = readFileSync(path.join(__dirname, '../index.ts'), 'utf8')
  for (const file of files) expect(index).toContain(`'./rows/${path.basename(file, '.ts')}'`)
})
