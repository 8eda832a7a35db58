import { join } from 'node:path';
import { ensurePrivateDir } from '../secrets/secret-file.js';
import { MasterKey } from '../secrets/master-key.js';
import { SqliteControlStore } from './control.js';
import { deleteDatabaseFiles } from './sqlite.js';
import type { Store, TenantStore } from './store.js';
import { SqliteTenantStore } from './tenant-store.js';

/** The store on embedded databases: `control.db` and one `tenants/<id>.db` per tenant, all encrypted. */
export class EmbeddedStore implements Store {
  readonly control: SqliteControlStore;
  private readonly tenantStores = new Map<string, SqliteTenantStore>();
  private readonly tenantsDir: string;

  /** Creates what is absent. @throws Error naming the file when key or database do not fit. */
  constructor(dataDir: string) {
    ensurePrivateDir(dataDir);
    this.tenantsDir = join(dataDir, 'tenants');
    ensurePrivateDir(this.tenantsDir);
    const masterKey = MasterKey.load(join(dataDir, 'master.key'));
    this.control = new SqliteControlStore(join(dataDir, 'control.db'), masterKey, (id) => {
      this.tenantStores.get(id)?.close();
      this.tenantStores.delete(id);
      deleteDatabaseFiles(this.fileOf(id));
    });
  }

  tenant(id: string): TenantStore {
    let store = this.tenantStores.get(id);
    if (store === undefined) {
      store = new SqliteTenantStore(this.fileOf(id), this.control.dataKey(id));
      this.tenantStores.set(id, store);
    }
    return store;
  }

  openTenants(): TenantStore[] {
    return [...this.tenantStores.values()];
  }

  close(): void {
    for (const store of this.tenantStores.values()) store.close();
    this.tenantStores.clear();
    this.control.close();
  }

  private fileOf(id: string): string {
    return join(this.tenantsDir, `${id}.db`);
  }
}
