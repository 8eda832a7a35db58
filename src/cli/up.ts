import { startAgent, type RunningAgent } from '../agent/index.js';
import { defaultAgentSocket, loadUpConfig } from '../config/load.js';
import { EXIT, fail, failureOf, untilStopped } from './failure.js';
import { UP_HELP } from './help.js';
import { loadPlatform, type RunningPlatform } from './platform.js';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** `retrace up`: server and agent in one process, on loopback. Resolves with the exit code. */
export async function runUpCommand(args: string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    print(UP_HELP);
    return EXIT.ok;
  }
  if (args.length > 0) return fail('unknown option; see: retrace up --help', EXIT.usage);
  let server: RunningPlatform | undefined;
  let agent: RunningAgent | undefined;
  try {
    const config = loadUpConfig();
    const platform = await loadPlatform();
    server = await platform.startServer({
      ...config.server,
      log: (line) => process.stderr.write(`retrace server: ${line}\n`),
    });
    agent = await startAgent({
      ...config.agent,
      serverUrl: server.tlsUrl,
      ingestKey: server.ingestKey,
      caFile: server.caFile,
    });
    welcome(server, agent);
    await untilStopped();
    return EXIT.ok;
  } catch (error) {
    return failureOf(error, 'retrace up');
  } finally {
    // The agent first: what it still holds goes to a server that is there.
    await agent?.close();
    await server?.close();
  }
}

function welcome(server: RunningPlatform, agent: RunningAgent): void {
  // Without the variable an app looks for the agent at the default socket.
  const socket =
    agent.socketPath === defaultAgentSocket() ? '' : `RETRACE_AGENT_SOCKET=${agent.socketPath} `;
  const lines = [
    'retrace is up.',
    '',
    `  dashboard   ${server.loginLink}`,
    '              (the link works once, for 15 minutes; another: retrace server login-link)',
    `  server      ${server.tlsUrl}`,
    `  agent       ${agent.socketPath}`,
    ...(agent.otlpUrl === undefined ? [] : [`  OTLP        ${agent.otlpUrl}`]),
    `  data        ${server.dataDir}`,
    '',
    `  Your app:   ${socket}node --require retrace/register app.js`,
    `              ${socket}node --import retrace/register app.mjs`,
    '',
    '  Ctrl-C stops both.',
  ];
  print(lines.join('\n'));
}
