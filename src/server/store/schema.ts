/** Schema of the control database: who may do what. Secrets only as SHA-256 of 256 random bits. */
export const CONTROL_SCHEMA = `
CREATE TABLE IF NOT EXISTS tenants (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  wrapped_key BLOB NOT NULL,
  created_ms INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS users (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  created_ms INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS ingest_keys (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  hash BLOB NOT NULL,
  label TEXT NOT NULL,
  created_ms INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS login_tokens (
  hash BLOB PRIMARY KEY,
  user_id INTEGER NOT NULL,
  tenant_id TEXT NOT NULL,
  expires_ms INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS sessions (
  hash BLOB PRIMARY KEY,
  user_id INTEGER NOT NULL,
  tenant_id TEXT NOT NULL,
  expires_ms INTEGER NOT NULL
);
`;

/**
 * Schema of a tenant's database; a table that an older version did not have is made when it is opened. `chunks.level` is 0 for minutes that are not rolled up yet, else the
 * bucket's seconds; times are epoch ms, `chunks.period` and `gauges.period` are epoch seconds. Series belong to a service or to a
 * host: `service_id` of operations and chunks is then the host's id with a minus. `waterfalls.day` counts days since the epoch.
 */
export const TENANT_SCHEMA = `
CREATE TABLE IF NOT EXISTS services (
  id INTEGER PRIMARY KEY,
  public_id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  namespace TEXT NOT NULL,
  environment TEXT NOT NULL,
  agent INTEGER NOT NULL,
  version TEXT NOT NULL,
  first_seen_ms INTEGER NOT NULL,
  last_seen_ms INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS instances (
  id INTEGER PRIMARY KEY,
  service_id INTEGER NOT NULL,
  instance_key TEXT NOT NULL,
  version TEXT NOT NULL,
  host_name TEXT NOT NULL,
  runtime TEXT NOT NULL,
  first_seen_ms INTEGER NOT NULL,
  last_seen_ms INTEGER NOT NULL,
  UNIQUE (service_id, instance_key)
);
CREATE INDEX IF NOT EXISTS instances_by_time ON instances (last_seen_ms);
CREATE TABLE IF NOT EXISTS operations (
  id INTEGER PRIMARY KEY,
  service_id INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  public_id TEXT NOT NULL,
  shard INTEGER NOT NULL,
  name TEXT NOT NULL,
  other INTEGER NOT NULL,
  attributes TEXT NOT NULL,
  first_seen_ms INTEGER NOT NULL,
  last_seen_ms INTEGER NOT NULL,
  UNIQUE (service_id, kind, public_id)
);
CREATE TABLE IF NOT EXISTS outcomes (
  id INTEGER PRIMARY KEY,
  status INTEGER NOT NULL,
  error_type TEXT NOT NULL,
  UNIQUE (status, error_type)
);
CREATE TABLE IF NOT EXISTS chunks (
  id INTEGER PRIMARY KEY,
  service_id INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  level INTEGER NOT NULL,
  shard INTEGER NOT NULL,
  period INTEGER NOT NULL,
  data BLOB NOT NULL,
  UNIQUE (service_id, kind, level, shard, period)
);
CREATE INDEX IF NOT EXISTS chunks_by_time ON chunks (level, period);
CREATE INDEX IF NOT EXISTS chunks_by_range ON chunks (service_id, kind, level, period, shard);
CREATE TABLE IF NOT EXISTS gauge_series (
  id INTEGER PRIMARY KEY,
  metric TEXT NOT NULL,
  label TEXT NOT NULL,
  UNIQUE (metric, label)
);
CREATE TABLE IF NOT EXISTS gauges (
  instance_id INTEGER NOT NULL,
  level INTEGER NOT NULL,
  period INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (instance_id, level, period)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS gauges_by_time ON gauges (level, period);
CREATE TABLE IF NOT EXISTS service_settings (
  public_id TEXT PRIMARY KEY,
  apdex_threshold_ms INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS received_attributes (
  name TEXT PRIMARY KEY,
  received INTEGER NOT NULL,
  last_ms INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS hosts (
  id INTEGER PRIMARY KEY,
  public_id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  attributes TEXT NOT NULL,
  first_seen_ms INTEGER NOT NULL,
  last_seen_ms INTEGER NOT NULL,
  packages_ms INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS host_packages (
  host_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  source TEXT NOT NULL,
  seen_ms INTEGER NOT NULL,
  PRIMARY KEY (host_id, name, version)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS host_processes (
  host_id INTEGER NOT NULL,
  pid INTEGER NOT NULL,
  service TEXT NOT NULL,
  node_version TEXT NOT NULL,
  seen_ms INTEGER NOT NULL,
  PRIMARY KEY (host_id, pid)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS waterfalls (
  id INTEGER PRIMARY KEY,
  public_id TEXT NOT NULL UNIQUE,
  service_id INTEGER NOT NULL,
  endpoint_id INTEGER NOT NULL,
  day INTEGER NOT NULL,
  time_ms INTEGER NOT NULL,
  duration_us INTEGER NOT NULL,
  outcome_id INTEGER NOT NULL,
  database_us INTEGER NOT NULL,
  web_services_us INTEGER NOT NULL,
  own_code_us INTEGER NOT NULL,
  children INTEGER NOT NULL,
  omitted INTEGER NOT NULL,
  spans BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS waterfalls_by_endpoint ON waterfalls (endpoint_id, day, duration_us);
CREATE INDEX IF NOT EXISTS waterfalls_by_time ON waterfalls (time_ms);
CREATE TABLE IF NOT EXISTS waterfall_operations (
  operation_id INTEGER NOT NULL,
  time_ms INTEGER NOT NULL,
  waterfall_id INTEGER NOT NULL,
  calls INTEGER NOT NULL,
  total_us INTEGER NOT NULL,
  PRIMARY KEY (operation_id, time_ms, waterfall_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS batch_sources (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
);
CREATE TABLE IF NOT EXISTS batches (
  source_id INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  seen_ms INTEGER NOT NULL,
  PRIMARY KEY (source_id, sequence)
) WITHOUT ROWID;
`;

/** Numbers of the kinds in the database. */
export const KIND_CODE = {
  endpoint: 1,
  query: 2,
  call: 3,
  counter: 4,
  host: 7,
  process: 8,
} as const;

/** Minutes received but not rolled up yet. */
export const LEVEL_PENDING = 0;
