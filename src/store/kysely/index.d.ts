/** What index.js has of kysely; a value that is not here is added in tools/bundle-kysely.ts. Types come from kysely. */
export { Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, sql } from 'kysely'
