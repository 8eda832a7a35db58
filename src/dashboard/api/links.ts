/** Addresses inside the dashboard. Ids come from outside and are always encoded. */
import type { ReportKind } from '../../server/api-types.js';

export const REPORTS: readonly { kind: ReportKind; title: string; one: string }[] = [
  { kind: 'endpoints', title: 'Endpoints', one: 'endpoint' },
  { kind: 'queries', title: 'Queries', one: 'query' },
  { kind: 'web-services', title: 'Web services', one: 'web service' },
];

export function isReportKind(value: string | undefined): value is ReportKind {
  return REPORTS.some((report) => report.kind === value);
}

export function servicePath(serviceId: string, search = ''): string {
  return `/services/${encodeURIComponent(serviceId)}${search}`;
}

export function reportPath(serviceId: string, report: ReportKind, search = ''): string {
  return `/services/${encodeURIComponent(serviceId)}/${report}${search}`;
}

export function detailPath(
  serviceId: string,
  report: ReportKind,
  rowId: string,
  search = '',
): string {
  return `/services/${encodeURIComponent(serviceId)}/${report}/${encodeURIComponent(rowId)}${search}`;
}

export const HOST_TABS = [
  { tab: 'overview', title: 'Overview' },
  { tab: 'file-systems', title: 'File systems' },
  { tab: 'processes', title: 'Processes' },
  { tab: 'applications', title: 'Applications' },
  { tab: 'collectors', title: 'Collectors' },
] as const;

export type HostTab = (typeof HOST_TABS)[number]['tab'];

export function isHostTab(value: string | undefined): value is HostTab {
  return HOST_TABS.some(({ tab }) => tab === value);
}

export function hostPath(hostId: string, search = '', tab: HostTab = 'overview'): string {
  const page = tab === 'overview' ? '' : `/${tab}`;
  return `/hosts/${encodeURIComponent(hostId)}${page}${search}`;
}

/** What a service has besides its reports. */
export type ServicePage = 'hosts' | 'runtime';

export function servicePagePath(serviceId: string, page: ServicePage, search = ''): string {
  return `/services/${encodeURIComponent(serviceId)}/${page}${search}`;
}
