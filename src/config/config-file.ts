import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { ENV, type EnvVariable } from './env.js';
import type { Environment } from './env-reader.js';
import { refuse } from './refuse.js';

const VARIABLE = ENV.configFile.name;
/** A typed-in list of variables has some kilobytes. */
const MAX_CHARACTERS = 256 * 1024;

/**
 * The environment with what RETRACE_CONFIG_FILE says in addition: NAME=value lines as in systemd's EnvironmentFile.
 * A process cannot be given another environment while it runs; a file it can read again.
 * @throws ConfigError when the file cannot be read or holds a name that nobody reads: a slip of the pen would
 *   otherwise switch something off in silence.
 */
export function withConfigFile(env: Environment): Environment {
  const path = env[VARIABLE]?.trim() ?? '';
  if (path === '') return env;
  const stated = Object.entries(readLines(resolve(path)));
  for (const [name] of stated) {
    if (!readByAgent.has(name)) {
      // The name of a variable is no secret, but what was meant as a value might stand in its place.
      const shown = /^[A-Z][A-Z0-9_]{0,63}$/.test(name) ? name : 'a line';
      refuse(VARIABLE, `${shown} in the file is no variable of the agent`);
    }
  }
  const fromEnvironment = Object.entries(env).filter(([, text]) => (text?.trim() ?? '') !== '');
  return Object.fromEntries([...stated, ...fromEnvironment]);
}

function readLines(path: string): NodeJS.Dict<string> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    return refuse(VARIABLE, `the file cannot be read (${code})`);
  }
  if (text.length > MAX_CHARACTERS) refuse(VARIABLE, 'the file is too large');
  return parseEnv(text);
}

const rows: readonly EnvVariable[] = Object.values(ENV);
const readByAgent: ReadonlySet<string> = new Set([
  ...rows
    .filter((row) => row.parts.includes('agent') && row.name !== VARIABLE)
    .flatMap((row) => [row.name, ...row.fallbacks]),
  'NODE_EXTRA_CA_CERTS',
]);
