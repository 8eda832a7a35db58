import { accessSync, constants, existsSync, lstatSync, statfsSync, type Stats } from 'node:fs';
import net from 'node:net';
import { dirname } from 'node:path';
import type { AgentStatus } from '../../agent/index.js';
import { loadAgentConfig } from '../../config/load.js';
import { ConfigError } from '../../config/types.js';
import { askAgent } from '../report/ask-agent.js';
import { formatBytes } from '../report/units.js';
import { type Check, fail, type Finding, ok, skip, warn } from './types.js';

const OLDEST_NODE = [20, 19] as const;
/** Less is filled by a few minutes without a server. */
const LEAST_FREE_BYTES = 16 * 1024 * 1024;

export const nodeCheck: Check = {
  name: 'node',
  deadlineMs: 1000,
  run: () => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    const [oldest, oldestMinor] = OLDEST_NODE;
    const old = major < oldest || (major === oldest && minor < oldestMinor);
    const text = `Node.js ${process.versions.node}`;
    if (!old) return ok(text);
    return fail(`${text} is not supported`, `install Node.js ${oldest}.${oldestMinor} or later`);
  },
};

export const configCheck: Check = {
  name: 'config',
  deadlineMs: 2000,
  run: (examination) => {
    try {
      const config = (examination.config = loadAgentConfig());
      if (config.serverUrl !== undefined) {
        return ok(`sends to ${new URL(config.serverUrl).host}`);
      }
      return ok('no RETRACE_SERVER_URL in this environment: data stays on this host');
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return fail(error.message, `correct ${error.variable}`);
    }
  },
};

export const socketCheck: Check = {
  name: 'socket',
  deadlineMs: 12_000,
  run: async (examination) => {
    const { config } = examination;
    if (config === undefined) return skip('needs a configuration that can be read');
    const path = config.socketPath;
    const found = statOf(path);
    if (found === undefined) {
      const text = `no agent’s socket at ${path}`;
      if (config.serverUrl !== undefined) {
        return warn(
          `${text}; apps started with this environment send directly`,
          'start: retrace agent',
        );
      }
      return fail(text, 'start the agent: retrace agent');
    }
    if (!found.isSocket()) {
      return fail(`${path} is no socket`, 'move that file away, then start: retrace agent');
    }
    const trouble = placeTrouble(path, found);
    if (trouble !== undefined && trouble.state === 'fail') return trouble;
    const code = await connectCode(path);
    if (code === 'EACCES') {
      return fail(
        `${path} may not be used by this user`,
        `make this user a member of the group ${found.gid}`,
      );
    }
    if (code !== undefined) {
      return fail(`nobody answers on ${path} (${code})`, 'start the agent: retrace agent');
    }
    try {
      const status = await askAgent<AgentStatus>(path, '/v1/status');
      if (status === undefined)
        return fail(`nobody answers on ${path}`, 'start the agent: retrace agent');
      examination.agent = status;
      return trouble ?? ok(`the agent (pid ${status.pid}) answers on ${path}`);
    } catch {
      return fail(
        `what answers on ${path} is no agent`,
        'stop that process, then start: retrace agent',
      );
    }
  },
};

/** Owner and modes of socket and folder: whoever may write there could put his own socket in the agent's place. */
function placeTrouble(path: string, socket: Stats): Finding | undefined {
  const folder = dirname(path);
  const place = lstatSync(folder);
  if (process.platform === 'win32') return undefined;
  if ((place.mode & 0o022) !== 0) {
    return fail(`the folder ${folder} is writable for others`, `chmod go-w ${folder}`);
  }
  if (place.uid !== socket.uid && place.uid !== 0) {
    return fail(
      `socket and folder of ${path} have different owners`,
      `chown ${socket.uid} ${folder}`,
    );
  }
  if ((socket.mode & 0o007) !== 0) {
    return warn(`every user of this host may write to ${path}`, `chmod 660 ${path}`);
  }
  return undefined;
}

function connectCode(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = net.connect(path);
    const finish = (code: string | undefined): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(code);
    };
    const timer = setTimeout(() => finish('TIMEOUT'), 2000);
    socket.once('connect', () => finish(undefined));
    socket.once('error', (error: NodeJS.ErrnoException) => finish(error.code ?? 'UNKNOWN'));
  });
}

export const uplinkCheck: Check = {
  name: 'uplink',
  deadlineMs: 1000,
  run: ({ agent, config }) => {
    if (agent === undefined) return skip('no agent answers');
    if (agent.server === undefined) {
      const text = 'the agent has no server: data stays on this host';
      if (config?.serverUrl === undefined) return ok(text);
      return warn(text, 'restart the agent with RETRACE_SERVER_URL and RETRACE_INGEST_KEY');
    }
    const { address } = agent.server;
    const { lastFailure, lastSuccessMs } = agent.uplink;
    if (lastFailure !== '') {
      return fail(
        `the agent cannot deliver to ${address} (${lastFailure})`,
        config?.serverUrl === undefined
          ? 'run this again with the agent’s RETRACE_CONFIG_FILE: the checks below then say why'
          : 'mend what fails below',
      );
    }
    if (config?.serverUrl !== undefined && new URL(config.serverUrl).host !== address) {
      return warn(
        `the agent sends to ${address}, not where this environment says`,
        'restart the agent, or run this with its environment',
      );
    }
    if (lastSuccessMs === 0) return ok(`the agent sends to ${address}; nothing to send so far`);
    const seconds = Math.max(0, Math.round((Date.now() - lastSuccessMs) / 1000));
    return ok(`the agent sends to ${address}; last success ${seconds} s ago`);
  },
};

/** What they had recorded last is not known, so no figure can say that it is missing. */
export const lastWindowCheck: Check = {
  name: 'windows',
  deadlineMs: 1000,
  run: ({ agent }) => {
    if (agent === undefined) return skip('no agent answers');
    const { missing } = agent.handover;
    if (missing === 0)
      return ok('no app has ended without its last window since the agent started');
    return warn(
      `${missing} ${missing === 1 ? 'app has' : 'apps have'} ended without the last window since the agent started: ` +
        'killed, crashed, or on a machine too busy',
      'end apps with SIGTERM, and with SIGKILL only when they do not end',
    );
  },
};

export const spoolCheck: Check = {
  name: 'spool',
  deadlineMs: 5000,
  run: ({ config }) => {
    if (config === undefined) return skip('needs a configuration that can be read');
    const { spoolDir, spoolMaxBytes } = config;
    const place = nearestExisting(spoolDir);
    const uid = process.getuid?.();
    try {
      accessSync(place, constants.W_OK | constants.X_OK);
    } catch {
      const owner = lstatSync(place).uid;
      if (owner !== uid) {
        return warn(
          `${place} belongs to user ${owner}: cannot be judged from here`,
          'run this as the agent’s user',
        );
      }
      return fail(`${place} cannot be written to`, `chmod u+wx ${place}`);
    }
    const { bavail, bsize } = statfsSync(place);
    const free = bavail * bsize;
    const text = `${spoolDir}: ${formatBytes(free)} free, it may take ${formatBytes(spoolMaxBytes)}`;
    if (free < LEAST_FREE_BYTES) return fail(text, `free space on the disk of ${place}`);
    if (free < spoolMaxBytes)
      return warn(text, 'free space there, or lower RETRACE_SPOOL_MAX_BYTES');
    return ok(text);
  },
};

function nearestExisting(path: string): string {
  let at = path;
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  return at;
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}
