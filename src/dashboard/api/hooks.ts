/** One hook per API answer. Keys hold the range as it stands in the URL, so a moving range stays one entry. */
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import type {
  DetailAnswer,
  HostAnswer,
  HostsAnswer,
  PrivacyAnswer,
  ReportAnswer,
  ReportKind,
  RuntimeAnswer,
  ServiceAnswer,
  ServicesAnswer,
  Session,
  SetupAnswer,
  WaterfallAnswer,
  WaterfallsAnswer,
} from '../../server/api-types.js';
import { rangeKey, refreshIntervalMs, resolveRange, type RangeSpec } from '../format/range.js';
import { api, ApiError, type ReportChoice } from './client.js';
import { useRefresh } from './refresh.js';

export const SESSION_KEY = ['session'] as const;

export function useSession(): UseQueryResult<Session, Error> {
  return useQuery({
    queryKey: SESSION_KEY,
    queryFn: ({ signal }) => api.session(signal),
    staleTime: 60_000,
    retry: (failures, error) =>
      failures < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
  });
}

/** How to connect an app; asked again until one is there. */
export function useSetup(enabled: boolean): UseQueryResult<SetupAnswer, Error> {
  return useQuery({
    queryKey: ['setup'],
    queryFn: ({ signal }) => api.setup(signal),
    enabled,
    refetchInterval: 3000,
  });
}

/** A first app should appear at once, so an empty platform is asked every 2 s. */
const EMPTY_POLL_MS = 2000;

export function useServices(range: RangeSpec): UseQueryResult<ServicesAnswer, Error> {
  const { paused } = useRefresh();
  return useQuery({
    queryKey: ['services', rangeKey(range)],
    queryFn: ({ signal }) => api.services(resolveRange(range, Date.now()), signal),
    placeholderData: (previous) => previous,
    refetchInterval: (query) => {
      if (query.state.data?.services.length === 0) return EMPTY_POLL_MS;
      return paused ? false : refreshIntervalMs(range, Date.now());
    },
  });
}

/** One service with its time over the range. */
export function useService(
  serviceId: string,
  range: RangeSpec,
): UseQueryResult<ServiceAnswer, Error> {
  const { paused } = useRefresh();
  return useQuery({
    queryKey: ['service', serviceId, rangeKey(range)],
    queryFn: ({ signal }) => api.service(serviceId, resolveRange(range, Date.now()), signal),
    placeholderData: (previous, query) => (query?.queryKey[1] === serviceId ? previous : undefined),
    refetchInterval: paused ? false : refreshIntervalMs(range, Date.now()),
  });
}

export function useReport(
  serviceId: string,
  report: ReportKind,
  range: RangeSpec,
  choice: ReportChoice,
  enabled = true,
): UseQueryResult<ReportAnswer, Error> {
  const { paused } = useRefresh();
  return useQuery({
    enabled,
    queryKey: ['report', serviceId, report, rangeKey(range), choice],
    queryFn: ({ signal }) =>
      api.report(serviceId, report, resolveRange(range, Date.now()), choice, signal),
    // While another range loads, the table stays; another table's rows would be a lie.
    placeholderData: (previous, query) =>
      query?.queryKey[1] === serviceId && query.queryKey[2] === report ? previous : undefined,
    refetchInterval: paused ? false : refreshIntervalMs(range, Date.now()),
  });
}

/** What was received, field by field. */
export function usePrivacy(range: RangeSpec): UseQueryResult<PrivacyAnswer, Error> {
  const { paused } = useRefresh();
  return useQuery({
    queryKey: ['privacy', rangeKey(range)],
    queryFn: ({ signal }) => api.privacy(resolveRange(range, Date.now()), signal),
    placeholderData: (previous) => previous,
    refetchInterval: paused ? false : refreshIntervalMs(range, Date.now()),
  });
}

export function useDetail(
  serviceId: string,
  report: ReportKind,
  rowId: string,
  range: RangeSpec,
): UseQueryResult<DetailAnswer, Error> {
  const { paused } = useRefresh();
  return useQuery({
    queryKey: ['detail', serviceId, report, rowId, rangeKey(range)],
    queryFn: ({ signal }) =>
      api.detail(serviceId, report, rowId, resolveRange(range, Date.now()), signal),
    placeholderData: (previous, query) =>
      query?.queryKey[1] === serviceId &&
      query.queryKey[2] === report &&
      query.queryKey[3] === rowId
        ? previous
        : undefined,
    refetchInterval: paused ? false : refreshIntervalMs(range, Date.now()),
  });
}

/** Every host whose agent measured it. */
export function useHosts(range: RangeSpec): UseQueryResult<HostsAnswer, Error> {
  const { paused } = useRefresh();
  return useQuery({
    queryKey: ['hosts', rangeKey(range)],
    queryFn: ({ signal }) => api.hosts(resolveRange(range, Date.now()), signal),
    placeholderData: (previous) => previous,
    refetchInterval: paused ? false : refreshIntervalMs(range, Date.now()),
  });
}

export function useHost(hostId: string, range: RangeSpec): UseQueryResult<HostAnswer, Error> {
  const { paused } = useRefresh();
  return useQuery({
    queryKey: ['host', hostId, rangeKey(range)],
    queryFn: ({ signal }) => api.host(hostId, resolveRange(range, Date.now()), signal),
    placeholderData: (previous, query) => (query?.queryKey[1] === hostId ? previous : undefined),
    refetchInterval: paused ? false : refreshIntervalMs(range, Date.now()),
  });
}

/** What the processes of a service measured of themselves. */
export function useRuntime(
  serviceId: string,
  instance: string,
  range: RangeSpec,
): UseQueryResult<RuntimeAnswer, Error> {
  const { paused } = useRefresh();
  return useQuery({
    queryKey: ['runtime', serviceId, rangeKey(range), instance],
    queryFn: ({ signal }) =>
      api.runtime(serviceId, instance, resolveRange(range, Date.now()), signal),
    placeholderData: (previous, query) => (query?.queryKey[1] === serviceId ? previous : undefined),
    refetchInterval: paused ? false : refreshIntervalMs(range, Date.now()),
  });
}

/** Slow requests in which a row took part. */
export function useWaterfalls(
  serviceId: string,
  report: ReportKind,
  rowId: string,
  range: RangeSpec,
): UseQueryResult<WaterfallsAnswer, Error> {
  const { paused } = useRefresh();
  return useQuery({
    queryKey: ['waterfalls', serviceId, report, rowId, rangeKey(range)],
    queryFn: ({ signal }) =>
      api.waterfalls(serviceId, report, rowId, resolveRange(range, Date.now()), signal),
    placeholderData: (previous, query) =>
      query?.queryKey[1] === serviceId && query.queryKey[3] === rowId ? previous : undefined,
    refetchInterval: paused ? false : refreshIntervalMs(range, Date.now()),
  });
}

/** One of them; it does not change any more. */
export function useWaterfall(
  serviceId: string,
  waterfallId: string,
): UseQueryResult<WaterfallAnswer, Error> {
  return useQuery({
    queryKey: ['waterfall', serviceId, waterfallId],
    queryFn: ({ signal }) => api.waterfall(serviceId, waterfallId, signal),
    staleTime: Infinity,
  });
}
