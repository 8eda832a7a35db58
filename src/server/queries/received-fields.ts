import { ATTR, RESOURCE } from '../../core/semconv.js';
import {
  OUTGOING_POINT_ATTRIBUTES,
  OUTGOING_RESOURCE_ATTRIBUTES,
  OUTGOING_SPAN_ATTRIBUTES,
} from '../../signature/outgoing.js';
import type { ReceivedField } from '../api-types.js';
import { SPAN_FIELDS } from '../ingest/received.js';

/** What each attribute says, for people who have to approve it. */
const MEANING: Readonly<Record<string, string>> = {
  [ATTR.httpRequestMethod]: 'HTTP method of a request or call, from a closed list',
  [ATTR.httpRoute]:
    'Route of an endpoint as the application registered it; other path segments are *',
  [ATTR.httpResponseStatusCode]: 'HTTP status that was answered',
  [ATTR.urlTemplate]: 'Path of a called web service; segments that are not known words are *',
  [ATTR.urlScheme]: 'http or https',
  [ATTR.serverAddress]: 'Host name of the database or web service that was called',
  [ATTR.serverPort]: 'Its port',
  [ATTR.dbSystemName]: 'Kind of database',
  [ATTR.dbNamespace]: 'Name of the database',
  [ATTR.dbOperationName]: 'What a statement does: SELECT, INSERT, …',
  [ATTR.dbCollectionName]: 'Table that a statement works on',
  [ATTR.dbQuerySummary]: 'Operation and tables of a statement',
  [ATTR.dbQueryText]: 'Signature of a statement: every literal is ?',
  [ATTR.dbResponseStatusCode]: 'Error code of the database',
  [ATTR.errorType]: 'Class or code of an error; never its message',
  [ATTR.metricOverflow]: 'Marks what was counted under Other',
  [ATTR.retraceEndpoint]: 'Endpoint on whose behalf a query or call ran',
  [ATTR.retraceQueryHash]: 'Hash of a signature, by which equal statements are grouped',
  [ATTR.retraceComponent]: 'Where time went: database, web services or own code',
  [ATTR.retraceKind]: 'What was counted: requests, queries, calls or waterfalls',
  [ATTR.retraceWaterfallOmitted]: 'Queries and calls of a slow request that are not listed',
  [ATTR.retraceReason]: 'Why a record was lost',
  [ATTR.cpuMode]: 'What processors spent time on: user, system, idle, …',
  [ATTR.memoryState]: 'What memory is used for: used, free, cached, …',
  [ATTR.pagingState]: 'Swap space: used or free',
  [ATTR.pagingDirection]: 'Swapped in or out',
  [ATTR.systemDevice]: 'Disk by the kernel’s name (sda1); names that people gave are *',
  [ATTR.diskDirection]: 'Read or written',
  [ATTR.filesystemState]: 'Space: used, free or reserved',
  [ATTR.filesystemType]: 'Kind of file system, from a closed list',
  [ATTR.filesystemMountpoint]: 'Mount point; folders that are not usual system folders are *',
  [ATTR.networkInterface]: 'Network interface by its system name (eth0); other names are *',
  [ATTR.networkDirection]: 'Received or transmitted',
  [ATTR.retraceCollector]: 'Part of the agent that measured',
  [ATTR.packageName]: 'Installed application as the package manager names it',
  [ATTR.packageVersion]: 'Its version',
  [ATTR.packageSource]: 'The package manager',
  [ATTR.heapSpaceName]: 'Part of the JavaScript heap, from a closed list',
  [ATTR.gcType]: 'Kind of garbage collection, from a closed list',
  [RESOURCE.serviceName]: 'Name of the service, as it was configured',
  [RESOURCE.serviceVersion]: 'Its version',
  [RESOURCE.serviceNamespace]: 'Group of services, as it was configured',
  [RESOURCE.serviceInstanceId]: 'Random identifier of one process',
  [RESOURCE.deploymentEnvironmentName]: 'Environment, as it was configured',
  [RESOURCE.hostName]: 'Name of the machine',
  [RESOURCE.hostArch]: 'Processor architecture',
  [RESOURCE.osType]: 'Operating system',
  [RESOURCE.processPid]: 'Process id',
  [RESOURCE.processRuntimeName]: 'Name of the runtime',
  [RESOURCE.processRuntimeVersion]: 'Version of the runtime',
  [RESOURCE.telemetrySdkName]: 'What measured',
  [RESOURCE.telemetrySdkLanguage]: 'Its language',
  [RESOURCE.telemetrySdkVersion]: 'Its version',
  [RESOURCE.hostCpuModelName]: 'Model of the processor; words that makers do not use are *',
  [RESOURCE.hostCpuVendorId]: 'Maker of the processor, from a closed list',
  [RESOURCE.osName]: 'Linux distribution, from a closed list, else *',
  [RESOURCE.osVersion]: 'Its version, numbers only',
  [RESOURCE.osBuildId]: 'Version of the kernel; a label of one’s own is *',
  [RESOURCE.retraceInstances]: 'How many processes of a host were added up',
};

const SPAN_MEANING: Readonly<Record<(typeof SPAN_FIELDS)[number], string>> = {
  trace_id:
    'Random number that holds a slow request together; no part of the application’s own tracing',
  span_id: 'Random number of a request, query or call',
  parent_span_id: 'To which request a query or call belongs',
  name: 'Endpoint, summary of the query, or method and path of the call: made of the attributes below',
  kind: 'Request, or something it waited for',
  start_time_unix_nano: 'When it began',
  end_time_unix_nano: 'When it ended',
  'status.code': 'That it failed',
};

/** Every attribute that may arrive: those of the list that decides what may leave, in its order; and the fields of spans. */
export const RECEIVABLE: readonly Pick<ReceivedField, 'name' | 'scope' | 'meaning'>[] = [
  ...OUTGOING_RESOURCE_ATTRIBUTES.map((name) => ({ name, scope: 'resource' as const })),
  ...OUTGOING_POINT_ATTRIBUTES.map((name) => ({ name, scope: 'data_point' as const })),
  ...SPAN_FIELDS.map((name) => ({ name, scope: 'span' as const })),
  ...OUTGOING_SPAN_ATTRIBUTES.map((name) => ({ name, scope: 'span' as const })),
].map((field) => ({ ...field, meaning: meaningOf(field.name) }));

function meaningOf(name: string): string {
  return MEANING[name] ?? SPAN_MEANING[name as keyof typeof SPAN_MEANING] ?? '';
}
