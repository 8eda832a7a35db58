import { randomUUID } from 'node:crypto';
import { AGENT_SERVICE_NAME, RESOURCE, SDK_NAME } from '../core/semconv.js';
import { VERSION } from '../core/version.js';
import type { Attributes } from '../protocol/types.js';

const instanceId = randomUUID();

/** Under what the agent reports what it measures itself: losses and host health. Never a service of the user's. */
export function ownResource(host: Attributes): Attributes {
  return {
    ...host,
    [RESOURCE.serviceName]: AGENT_SERVICE_NAME,
    [RESOURCE.serviceVersion]: VERSION,
    [RESOURCE.serviceInstanceId]: instanceId,
    [RESOURCE.telemetrySdkName]: SDK_NAME,
    [RESOURCE.telemetrySdkLanguage]: 'nodejs',
  };
}
