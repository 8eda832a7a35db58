import { loadServerConfig } from '../config/load.js';
import { EXIT, fail, failureOf, untilStopped } from './failure.js';
import { SERVER_HELP } from './help.js';
import { loadPlatform } from './platform.js';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** `retrace server` and `retrace server login-link`. Resolves with the exit code. */
export async function runServerCommand(args: string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    print(SERVER_HELP);
    return EXIT.ok;
  }
  const [command, ...rest] = args;
  if (rest.length > 0 || (command !== undefined && command !== 'login-link'))
    return fail('unknown option; see: retrace server --help', EXIT.usage);
  try {
    const config = loadServerConfig();
    const platform = await loadPlatform();
    if (command === 'login-link') {
      print(await platform.createLoginLink(config));
      return EXIT.ok;
    }
    const server = await platform.startServer({ ...config, log: (line) => log(line) });
    print(`retrace server  ${server.tlsUrl}`);
    if (server.dashboardUrl !== undefined) print(`dashboard       ${server.dashboardUrl}`);
    print(`data            ${server.dataDir}`);
    if (server.caFile !== undefined) print(`RETRACE_CA_FILE=${server.caFile}`);
    if (server.ingestKey !== undefined) print(`RETRACE_INGEST_KEY=${server.ingestKey}`);
    print(`log in (once)   ${server.loginLink}`);
    await untilStopped();
    await server.close();
    return EXIT.ok;
  } catch (error) {
    return failureOf(error, 'retrace server');
  }
}

function log(line: string): void {
  process.stderr.write(`retrace server: ${line}\n`);
}
