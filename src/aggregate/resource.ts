import { arch, hostname, platform } from 'node:os';
import { RESOURCE, SDK_NAME } from '../core/semconv.js';
import type { Attributes, AttributeValue } from '../protocol/types.js';
import { cleanAttribute } from '../signature/outgoing.js';
import type { PipelineOptions } from './options.js';

/** Who sends: OpenTelemetry resource attributes, each through the module that decides what may leave. */
export function buildResource(options: PipelineOptions, instanceId: string): Attributes {
  const raw: Record<string, AttributeValue | undefined> = {
    [RESOURCE.serviceName]: options.serviceName,
    [RESOURCE.serviceVersion]: options.serviceVersion,
    [RESOURCE.serviceNamespace]: options.serviceNamespace,
    [RESOURCE.serviceInstanceId]: instanceId,
    [RESOURCE.deploymentEnvironmentName]: options.environment,
    [RESOURCE.hostName]: hostname(),
    [RESOURCE.hostArch]: arch(),
    [RESOURCE.osType]: platform(),
    [RESOURCE.processPid]: process.pid,
    [RESOURCE.processRuntimeName]: 'nodejs',
    [RESOURCE.processRuntimeVersion]: process.versions.node,
    [RESOURCE.telemetrySdkName]: SDK_NAME,
    [RESOURCE.telemetrySdkLanguage]: 'nodejs',
    [RESOURCE.telemetrySdkVersion]: options.sdkVersion,
  };
  const resource: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(raw)) {
    const clean = value === undefined ? undefined : cleanAttribute(name, value);
    if (clean !== undefined) resource[name] = clean;
  }
  return resource;
}
