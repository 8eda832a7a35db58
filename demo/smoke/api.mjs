import http from 'node:http';

/** A logged-in reader of the report API, the way the dashboard is one. */
export class Api {
  #cookie = '';
  /** Everything it answered: to be searched for secrets like all else. @type {Buffer[]} */
  answers = [];

  /** @param {string} loginLink as printed by the server */
  constructor(loginLink) {
    const link = new URL(loginLink);
    this.base = link.origin;
    // The token stands in the fragment, the query or the path's end.
    this.token =
      /(?:token|login)[=/]([\w-]{20,})/.exec(loginLink)?.[1] ??
      /([\w-]{20,})$/.exec(loginLink)?.[1];
  }

  async #call(method, path, body) {
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const headers = { cookie: this.#cookie, origin: this.base };
      if (text !== undefined) headers['content-type'] = 'application/json';
      const request = http.request(`${this.base}${path}`, { method, headers }, (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const cookie = response.headers['set-cookie']?.[0]?.split(';')[0];
          if (cookie !== undefined) this.#cookie = cookie;
          if (response.statusCode >= 300) {
            reject(new Error(`${method} ${path.split('?')[0]} answered ${response.statusCode}`));
          } else {
            this.answers.push(bytes);
            resolve(bytes.length === 0 ? undefined : JSON.parse(bytes.toString()));
          }
        });
      });
      request.once('error', reject);
      request.end(text);
    });
  }

  logIn() {
    return this.#call('POST', '/api/login', { token: this.token });
  }

  get(path) {
    return this.#call('GET', path);
  }
}

/**
 * All three reports of the one service with the details of every row.
 * @returns {Promise<Record<string, { row: object, related: object[] }[]> & { losses: object[] } | undefined>}
 *   undefined while the service is unknown.
 */
export async function readReports(api, serviceName, fromMs) {
  const range = `from=${fromMs}&to=${Date.now() + 60_000}`;
  const { services, losses } = await api.get(`/api/services?${range}`);
  const service = services.find(({ name }) => name === serviceName);
  if (service === undefined) return undefined;
  const reports = { losses, services: services.map(({ name }) => name) };
  for (const report of ['endpoints', 'queries', 'web-services']) {
    const path = `/api/services/${encodeURIComponent(service.id)}/${report}`;
    const { rows } = await api.get(`${path}?${range}`);
    reports[report] = [];
    for (const row of rows) {
      const detail = await api.get(`${path}/${encodeURIComponent(row.id)}?${range}`);
      reports[report].push({ row, related: detail.related });
    }
  }
  return reports;
}

/** Sum of a report's calls: cheap to poll. */
export async function countRequests(api, serviceName, fromMs) {
  const { services } = await api.get(`/api/services?from=${fromMs}&to=${Date.now() + 60_000}`);
  return services.find(({ name }) => name === serviceName)?.requests.calls ?? 0;
}
