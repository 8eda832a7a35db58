import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { pathOf } from '../plugins/errors.js';

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Retrace</title>
<h1>The dashboard is not built</h1>
<p>The server runs and takes data. Run <code>npm run build:dashboard</code> and start it again to see the reports.</p>`;

const YEAR_SECONDS = 31_536_000;

/** The built dashboard that is installed beside this package; undefined where there is none. */
export function installedDashboardDir(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve('@retrace/dashboard/package.json');
    return join(dirname(manifest), 'dist');
  } catch {
    return undefined;
  }
}

/**
 * Serves the dashboard's files. @returns what answers paths that are no file: a page of the single-page app
 * for a browser's navigation, undefined (= 404) for anything else.
 */
export async function installDashboard(
  app: FastifyInstance,
  dir: string | undefined,
): Promise<(request: FastifyRequest, reply: FastifyReply) => FastifyReply | undefined> {
  const built = dir !== undefined && existsSync(join(dir, 'index.html'));
  if (built) {
    await app.register(fastifyStatic, {
      root: dir,
      wildcard: true,
      index: 'index.html',
      cacheControl: false,
      setHeaders: (reply, path) => {
        // Names under assets/ carry a hash of their content; everything else must be asked for again.
        const hashed = path.includes(`${sep}assets${sep}`);
        reply.setHeader(
          'cache-control',
          hashed ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache',
        );
      },
    });
  }
  return (request, reply) => {
    if (!isNavigation(request)) return undefined;
    if (built) return reply.code(200).sendFile('index.html');
    return reply
      .code(200)
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(NOT_BUILT);
  };
}

/** A page the browser goes to, as opposed to a file, an API call or a data path. */
function isNavigation(request: FastifyRequest): boolean {
  const path = pathOf(request);
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  if (path.startsWith('/api/') || path.startsWith('/v1/')) return false;
  if (/\.[a-z0-9]{1,8}$/i.test(path)) return false;
  return (request.headers.accept ?? '').includes('text/html');
}
