/**
 * Closed lists of what attributes with few possible values may say. Source: OpenTelemetry semantic conventions 1.3x
 * ("well-known values"), and Node.js for process.arch and process.platform.
 */

const list = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** `db.system.name`. */
export const DATABASE_SYSTEMS = list(`
  actian.ingres aws.dynamodb aws.redshift azure.cosmosdb cassandra clickhouse cockroachdb couchbase couchdb derby
  elasticsearch firebirdsql gcp.spanner geode h2database hbase hive hsqldb ibm.db2 ibm.informix ibm.netezza influxdb
  instantdb intersystems.cache mariadb memcached microsoft.sql_server mongodb mysql neo4j opensearch oracle.db
  other_sql postgresql redis sap.hana sap.maxdb softwareag.adabas sqlite teradata trino`);

/** Systems whose statements are no SQL: their text says nothing that could be trusted. */
export const NOT_SQL = list(`
  mongodb redis memcached couchdb couchbase elasticsearch opensearch neo4j aws.dynamodb azure.cosmosdb hbase influxdb
  geode`);

/** `telemetry.sdk.language`; Node.js calls itself nodejs. */
export const SDK_LANGUAGES = list(
  'cpp dotnet erlang go java nodejs php python ruby rust swift webjs',
);

/** `os.type`. */
export const OS_TYPES = list(`
  aix android cygwin darwin dragonflybsd freebsd haiku hpux linux netbsd openbsd solaris sunos win32 windows z_os zos`);

/** `host.arch`. */
export const ARCHITECTURES = list(`
  amd64 arm arm32 arm64 ia32 ia64 loong64 mips mipsel ppc ppc32 ppc64 riscv64 s390 s390x x64 x86`);

/** `process.runtime.name`. */
export const RUNTIME_NAMES = list(`
  BEAM bun cpython deno dotnet gc gccgo go graalvm iojs ironpython jruby jython micropython nodejs php pypy ruby
  rubinius truffleruby`);

/**
 * Units of metrics, UCUM: times, bytes, shares, and counts of the things that OpenTelemetry counts. A metric whose
 * unit is not listed travels without one.
 */
export const UNITS = list(`
  1 % s ms us ns min h d By KiBy MiBy GiBy TiBy kBy MBy GBy bit By/s Hz Cel
  {request} {requests} {call} {record} {operation} {error} {query} {connection} {process} {thread} {cpu} {core} {packet}
  {fault} {page} {restart} {series} {batch} {package} {file} {handle} {event} {run_queue_item} {row} {item} {attempt} {timeout}`);
