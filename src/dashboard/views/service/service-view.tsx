import { Link, useSearchParams } from 'react-router';
import type { ReportKind } from '../../../server/api-types.js';
import { useService } from '../../api/hooks.js';
import {
  isReportKind,
  REPORTS,
  reportPath,
  servicePagePath,
  servicePath,
  type ServicePage,
} from '../../api/links.js';
import { useRange } from '../../api/url-state.js';
import { useTitle } from '../../components/use-title.js';
import { rangeSearch } from '../../format/range.js';
import { OverviewTab } from './overview-tab.js';
import { HostsTab } from './hosts-tab.js';
import { ReportTab } from './report-tab.js';
import { RuntimeTab } from './runtime-tab.js';
import { ServiceHeader } from './service-header.js';
import classes from './service-view.module.css';

export type ServiceTab = ReportKind | ServicePage | 'overview';

interface Props {
  serviceId: string;
  tab: ServiceTab;
}

/** One service: its figures, and what is known about it as tabs. */
export function ServiceView({ serviceId, tab }: Props) {
  const [range] = useRange();
  const [params] = useSearchParams();
  const search = rangeSearch(params);
  const answer = useService(serviceId, range);
  const service = answer.data?.service;
  const name = service?.name ?? 'Service';
  const tabs: { tab: ServiceTab; title: string; href: string }[] = [
    { tab: 'overview', title: 'Overview', href: servicePath(serviceId, search) },
    ...REPORTS.map(({ kind, title }) => ({
      tab: kind,
      title,
      href: reportPath(serviceId, kind, search),
    })),
    { tab: 'hosts', title: 'Hosts', href: servicePagePath(serviceId, 'hosts', search) },
    { tab: 'runtime', title: 'Runtime', href: servicePagePath(serviceId, 'runtime', search) },
  ];
  useTitle(tabs.find((one) => one.tab === tab)?.title ?? '', name);
  return (
    <>
      <ServiceHeader name={name} service={service} loading={answer.isPending} />
      <nav className={classes['tabs']} aria-label="About this service">
        {tabs.map((one) => (
          <Link key={one.tab} to={one.href} aria-current={one.tab === tab ? 'page' : undefined}>
            {one.title}
          </Link>
        ))}
      </nav>
      {tab === 'overview' && <OverviewTab answer={answer} search={search} />}
      {tab === 'hosts' && <HostsTab serviceId={serviceId} serviceName={name} />}
      {tab === 'runtime' && <RuntimeTab serviceId={serviceId} serviceName={name} />}
      {isReportKind(tab) && (
        <ReportTab key={tab} serviceId={serviceId} serviceName={name} report={tab} />
      )}
    </>
  );
}
