import type { ServerConfig } from '../config/types.js';
import { EXIT } from './failure.js';

/** The border to @retrace/server, a package of its own: only what the command uses of it. */
export interface RunningPlatform {
  readonly tlsUrl: string;
  readonly dashboardUrl: string | undefined;
  readonly caFile: string | undefined;
  readonly dataDir: string;
  readonly ingestKey: string | undefined;
  readonly loginLink: string;
  close(): Promise<void>;
}

export interface PlatformPackage {
  startServer(options: ServerConfig & { log?: (line: string) => void }): Promise<RunningPlatform>;
  createLoginLink(options: ServerConfig): Promise<string>;
}

class MissingServerError extends Error {
  readonly exitCode = EXIT.usage;
}

/** @throws with exit code 2 and what to install when the package is absent. */
export async function loadPlatform(): Promise<PlatformPackage> {
  // A variable keeps the compiler from looking for a package that the root does not depend on.
  const name: string = '@retrace/server';
  try {
    return (await import(name)) as PlatformPackage;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND')
      throw new MissingServerError(
        'the platform is a package of its own and is not installed here: npm install @retrace/server',
        { cause: error },
      );
    throw error;
  }
}
