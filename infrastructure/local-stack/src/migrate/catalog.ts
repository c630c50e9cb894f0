/** Reads what a database's schema consists of, so that two readings show what a migration did. */
import type { Client } from 'pg'

/** From the name of an object (`table genesis_sessions`) to a text that changes when its definition does. */
export type Catalog = ReadonlyMap<string, string>

const OBJECTS = `
  SELECT CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'view'
                        WHEN 'S' THEN 'sequence' ELSE 'index' END || ' ' || c.relname AS name,
         CASE WHEN c.relkind IN ('i', 'I') THEN
                pg_get_indexdef(c.oid) || CASE WHEN x.indisvalid THEN '' ELSE ' INVALID' END
              WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid)
              ELSE coalesce(c.reloptions::text, '') END AS definition
    FROM pg_class c
    LEFT JOIN pg_index x ON x.indexrelid = c.oid
   WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'i', 'I')
  UNION ALL
  SELECT 'column ' || c.relname || '.' || a.attname,
         concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated, a.attidentity,
                   pg_get_expr(d.adbin, d.adrelid))
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE c.relnamespace = current_schema()::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
  SELECT 'constraint ' || c.relname || '.' || n.conname, pg_get_constraintdef(n.oid)
    FROM pg_constraint n
    JOIN pg_class c ON c.oid = n.conrelid
   WHERE n.connamespace = current_schema()::regnamespace
  UNION ALL
  SELECT 'trigger ' || c.relname || '.' || t.tgname, concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled)
    FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid
   WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal
  UNION ALL
  SELECT 'function ' || p.oid::regprocedure, p.prosrc
    FROM pg_proc p
   WHERE p.pronamespace = current_schema()::regnamespace
  UNION ALL
  SELECT 'role ' || g.rolname, coalesce(string_agg(held.what, ' ' ORDER BY held.what), '')
    FROM pg_roles g
    LEFT JOIN (
      SELECT a.grantee, a.privilege_type || ' ' || c.relname AS what
        FROM pg_class c CROSS JOIN aclexplode(c.relacl) AS a
       WHERE c.relnamespace = current_schema()::regnamespace
      UNION ALL
      SELECT a.grantee, a.privilege_type || ' ' || c.relname || '.' || t.attname
        FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid CROSS JOIN aclexplode(t.attacl) AS a
       WHERE c.relnamespace = current_schema()::regnamespace
    ) AS held ON held.grantee = g.oid
   WHERE g.rolname IN ('genesis_gateway', 'genesis_relay')
   GROUP BY g.rolname`

export const readCatalog = async (client: Client): Promise<Catalog> => {
  const { rows } = await client.query<{ name: string; definition: string }>(OBJECTS)
  return new Map(rows.map(({ name, definition }) => [name, definition]))
}

/** What a migration created and changed; the columns of a new table are not named one by one. */
export interface CatalogChange {
  readonly created: readonly string[]
  readonly changed: readonly string[]
}

/** The table of a column or constraint: `t` for `column t.c`. */
const tableOf = (name: string): string | undefined => /^(?:column|constraint) ([^.]+)\./.exec(name)?.[1]

export const compareCatalogs = (before: Catalog, after: Catalog): CatalogChange => {
  const cameWithItsTable = (name: string): boolean => {
    const table = tableOf(name)
    return table !== undefined && !before.has(`table ${table}`)
  }
  const created = [...after.keys()].filter((name) => !before.has(name) && !cameWithItsTable(name)).sort()
  const changed = [...after]
    .filter(([name, definition]) => before.has(name) && before.get(name) !== definition)
    .map(([name]) => name)
    .sort()
  return { created, changed }
}
