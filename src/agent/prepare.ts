import os from 'node:os';
import { RESOURCE } from '../core/semconv.js';
import type { Attributes, MetricsRequest } from '../protocol/types.js';
import { cleanMetricsRequest, type Origin } from '../signature/outgoing.js';
import type { Prepare } from './intake.js';

/** What of the host goes with every batch that does not say it itself. */
export function hostAttributes(): Attributes {
  return {
    [RESOURCE.hostName]: os.hostname(),
    [RESOURCE.hostArch]: HOST_ARCH[process.arch] ?? process.arch,
    [RESOURCE.osType]: process.platform === 'win32' ? 'windows' : process.platform,
  };
}

/** OpenTelemetry's values of host.arch where they differ from Node's. */
const HOST_ARCH: Readonly<Record<string, string>> = { x64: 'amd64', ia32: 'x86', arm: 'arm32' };

/**
 * Cleans every batch, whoever sent it: on a socket anybody can claim to be our runtime, and what the runtime sent is
 * left as it is by a second cleaning. Then adds the host's attributes.
 */
export function createPrepare(): Prepare {
  const host = hostAttributes();
  return (request: MetricsRequest, origin?: Origin): MetricsRequest => {
    const cleaned = cleanMetricsRequest(request, origin);
    return {
      resourceMetrics: cleaned.resourceMetrics.map((metrics) => ({
        ...metrics,
        resource: { ...host, ...metrics.resource },
      })),
    };
  };
}
