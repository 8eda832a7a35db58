import http from 'node:http';

/** Long enough for the slow report to have begun, short enough to leave before its answer (250 ms). */
const LEAVE_AFTER_MS = 110;

/** Sends scenarios to the shop and tells what came back. */
export class Client {
  #agent = new http.Agent({ keepAlive: true, maxSockets: 64 });

  constructor(port) {
    this.port = port;
  }

  /**
   * @param {import('./scenarios.mjs').Scenario} scenario
   * @returns {Promise<number>} the status; 0 when the client left as the scenario says.
   */
  send(scenario, world) {
    const { path, headers = {}, body } = scenario.make(world);
    const [method] = scenario.endpoint.split(' ');
    const text = body === undefined ? undefined : JSON.stringify(body);
    // A visitor who leaves has a connection of his own: closing it must not hit anybody else.
    const agent = scenario.leaves === undefined ? this.#agent : false;
    return new Promise((resolve, reject) => {
      const request = http.request(
        {
          host: '127.0.0.1',
          port: this.port,
          method,
          path,
          agent,
          headers:
            text === undefined
              ? headers
              : {
                  ...headers,
                  'content-type': 'application/json',
                  'content-length': Buffer.byteLength(text),
                },
        },
        (response) => {
          if (scenario.leaves === 'while streaming') {
            response.once('data', () => {
              request.destroy();
              resolve(0);
            });
            return;
          }
          response.resume();
          response.once('end', () => resolve(response.statusCode));
          response.once('error', reject);
        },
      );
      request.once('error', reject);
      request.end(text);
      if (scenario.leaves === 'before headers') {
        request.once('finish', () =>
          setTimeout(() => {
            request.destroy();
            resolve(0);
          }, LEAVE_AFTER_MS),
        );
      }
    });
  }

  close() {
    this.#agent.destroy();
  }
}
