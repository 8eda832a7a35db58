import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeSecretFile } from './secrets/secret-file.js';
import type { Store } from './store/store.js';

const OWNER_NAME = 'owner';
const DEFAULT_TENANT_NAME = 'default';

export interface Accounts {
  ownerId: number;
  tenantId: string;
  /** Known on loopback (kept in a file) or when it was made just now. */
  ingestKey: string | undefined;
}

/**
 * Owner, default tenant and ingest key; created at the first start. On loopback the key stays readable in
 * `ingest.key` (mode 0600) so that the agent of the same machine can be given it without copying.
 */
export function ensureAccounts(store: Store, dataDir: string, loopback: boolean): Accounts {
  const { control } = store;
  const keyFile = join(dataDir, 'ingest.key');
  const tenant = control.tenants()[0] ?? control.createTenant(DEFAULT_TENANT_NAME);
  const known = control.findUser(OWNER_NAME);
  const owner = known ?? control.createUser(OWNER_NAME, tenant.id);
  const kept = existsSync(keyFile) ? readFileSync(keyFile, 'utf8').trim() : undefined;
  const usable = kept !== undefined && control.tenantOfIngestKey(kept) !== undefined;
  if (usable && loopback) return { ownerId: owner.id, tenantId: tenant.id, ingestKey: kept };
  // Elsewhere the key is shown once, at the first start; on loopback a lost file is replaced.
  if (known !== undefined && !loopback) {
    return { ownerId: owner.id, tenantId: tenant.id, ingestKey: undefined };
  }
  const ingestKey = control.createIngestKey(tenant.id, loopback ? 'this machine' : 'first start');
  if (loopback) writeSecretFile(keyFile, `${ingestKey}\n`);
  return { ownerId: owner.id, tenantId: tenant.id, ingestKey };
}

/** The token rides in the fragment, which browsers never send: it reaches no log and no Referer. */
export function loginLink(baseUrl: string, token: string): string {
  return `${baseUrl}/login#${token}`;
}
