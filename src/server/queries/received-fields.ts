import { ATTR, RESOURCE } from '../../core/semconv.js';
import {
  OUTGOING_POINT_ATTRIBUTES,
  OUTGOING_RESOURCE_ATTRIBUTES,
} from '../../signature/outgoing.js';
import type { ReceivedField } from '../api-types.js';

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
  [ATTR.retraceKind]: 'What was counted: requests, queries or calls',
  [ATTR.retraceReason]: 'Why a record was lost',
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
};

/** Every attribute that may arrive: those of the list that decides what may leave, in its order. */
export const RECEIVABLE: readonly Pick<ReceivedField, 'name' | 'scope' | 'meaning'>[] = [
  ...OUTGOING_RESOURCE_ATTRIBUTES.map((name) => ({ name, scope: 'resource' as const })),
  ...OUTGOING_POINT_ATTRIBUTES.map((name) => ({ name, scope: 'data_point' as const })),
].map((field) => ({ ...field, meaning: MEANING[field.name] ?? '' }));
