import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Generator } from '../traffic/generator.mjs';
import { freePort } from './ports.mjs';
import { ROOT } from './processes.mjs';
import { withProcesses } from './session.mjs';
import { createWorld, startShop, startSurroundings } from './shop.mjs';

const log = (line) => process.stdout.write(`  ${line}\n`);

/** The default ports of `retrace up`; taken ones are replaced by free ones. */
const SERVER_PORT = 4443;
const DASHBOARD_PORT = 4480;

async function startUp(processes, dir) {
  const up = processes.startNode('retrace up', [path.join(ROOT, 'dist/src/cli/main.js'), 'up'], {
    cwd: ROOT,
    env: {
      RETRACE_DATA_DIR: path.join(dir, 'data'),
      RETRACE_AGENT_SOCKET: path.join(dir, 'agent.sock'),
      RETRACE_SERVER_PORT: String(await freePort(SERVER_PORT)),
      RETRACE_DASHBOARD_PORT: String(await freePort(DASHBOARD_PORT)),
    },
  });
  const [link] = await up.match(/https?:\/\/\S*[?#/]\S*(?:login|token)\S*/);
  return link;
}

/** The demo: everything on this machine, until Ctrl-C. */
export function run({ rate, seed }) {
  return withProcesses(async (processes) => {
    process.stdout.write('Retrace demo\n');
    // Short: a Unix socket's path has at most 107 bytes.
    const dir = mkdtempSync(path.join(realpathSync(tmpdir()), 'retrace-demo-'));
    processes.addFolder(dir);
    const world = createWorld(seed);
    const [surroundings, link] = await Promise.all([
      startSurroundings(processes, world, log),
      startUp(processes, dir),
    ]);
    log(`retrace up, data in ${dir} (removed at the end)`);
    const { shop, port } = await startShop(processes, {
      ...surroundings.env,
      RETRACE_AGENT_SOCKET: path.join(dir, 'agent.sock'),
    });
    log(`shop on http://127.0.0.1:${port}, started with --require retrace/register`);
    // Half a second after the start, when the runtime knows which libraries the shop has loaded.
    await shop.match(/literals: never sent.*\n/).catch(() => undefined);
    process.stdout.write(shop.output.replace(/^(?=.)/gm, '  | '));
    const generator = new Generator(port, world);
    generator.playSteadily(rate);
    processes.addCleanup(() => generator.stop());
    process.stdout.write(
      `\n  Dashboard   ${link}\n              (the link works once; ${rate} requests per second, first data within 10 s)\n\n  Ctrl-C stops everything.\n`,
    );
    return new Promise(() => undefined);
  });
}
