import type { Secrets } from '../traffic/secrets.mjs';

export class Needles {
  constructor(secrets: Secrets);
  readonly size: number;
  find(bytes: Buffer, opaque?: boolean): { kind: string; form: string } | undefined;
}
