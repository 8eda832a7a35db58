import http from 'node:http';

const ANSWER_MS = 10_000;
/** 1,000 rows per table and service come to a few MB. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

/**
 * GET on the agent's socket.
 * @returns the JSON, undefined when nobody listens there.
 * @throws Error when an agent is there but does not answer as one.
 */
export function askAgent<T>(socketPath: string, path: string): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const request = http.get({ socketPath, path, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_ANSWER_BYTES) request.destroy();
        else chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () => {
        try {
          if (response.statusCode !== 200) throw new Error('unexpected answer');
          resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')) as T);
        } catch {
          reject(new AgentAnswerError());
        }
      });
    });
    const timer = setTimeout(() => request.destroy(new AgentAnswerError()), ANSWER_MS);
    request.on('close', () => clearTimeout(timer));
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(undefined);
      else reject(error);
    });
  });
}

class AgentAnswerError extends Error {
  readonly exitCode = 1;

  constructor() {
    super('the process on the agent’s socket does not answer as an agent does');
    this.name = 'AgentAnswerError';
  }
}
