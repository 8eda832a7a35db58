import { RESOURCE } from '../../core/semconv.js';
import type { Attributes } from '../../protocol/types.js';
import type { InstanceSeen, ServiceIdentity } from '../store/store.js';
import { textOf } from './operations.js';

/** `service.name` under which the host agent reports its own counters. */
export const AGENT_SERVICE = 'retrace-agent';
/** A sender's clock may be ahead by this much; what is further ahead counts as received now. */
export const MAX_AHEAD_MS = 5 * 60_000;

/** The service that a resource names. */
export function serviceOf(resource: Attributes): ServiceIdentity {
  const name = textOf(resource, RESOURCE.serviceName) || 'unknown_service';
  const agent = name === AGENT_SERVICE;
  return {
    name,
    namespace: agent ? '' : textOf(resource, RESOURCE.serviceNamespace),
    environment: agent ? '' : textOf(resource, RESOURCE.deploymentEnvironmentName),
    agent,
  };
}

/** The process that it names. */
export function instanceOf(resource: Attributes): InstanceSeen {
  const hostName = textOf(resource, RESOURCE.hostName);
  const runtime = [
    textOf(resource, RESOURCE.processRuntimeName),
    textOf(resource, RESOURCE.processRuntimeVersion),
  ];
  return {
    key: textOf(resource, RESOURCE.serviceInstanceId) || hostName,
    version: textOf(resource, RESOURCE.serviceVersion),
    hostName,
    runtime: runtime.filter(Boolean).join(' '),
  };
}
