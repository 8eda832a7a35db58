import { createBrowserRouter, Navigate, useParams } from 'react-router';
import { isHostTab, isReportKind } from './api/links.js';
import { Shell } from './components/shell/shell.js';
import { CrashView } from './views/crash/crash-view.js';
import { DetailView } from './views/detail/detail-view.js';
import { HostView } from './views/hosts/host-view.js';
import { HostsView } from './views/hosts/hosts-view.js';
import { LoginView } from './views/login/login-view.js';
import { NotFoundView } from './views/not-found/not-found-view.js';
import { PrivacyView } from './views/privacy/privacy-view.js';
import { ServiceView } from './views/service/service-view.js';
import { ServicesView } from './views/services/services-view.js';

function OverviewRoute() {
  const { serviceId = '' } = useParams();
  return <ServiceView key={serviceId} serviceId={serviceId} tab="overview" />;
}

function ReportRoute() {
  const { serviceId = '', report, rowId } = useParams();
  if (rowId === undefined && (report === 'hosts' || report === 'runtime')) {
    return <ServiceView key={serviceId} serviceId={serviceId} tab={report} />;
  }
  if (!isReportKind(report)) return <NotFoundView />;
  if (rowId === undefined) {
    // Tabs keep the service's frame; another service is another page.
    return <ServiceView key={serviceId} serviceId={serviceId} tab={report} />;
  }
  const key = `${serviceId}/${report}/${rowId}`;
  return <DetailView key={key} serviceId={serviceId} report={report} rowId={rowId} />;
}

function HostRoute() {
  const { hostId = '', tab = 'overview' } = useParams();
  return isHostTab(tab) ? <HostView key={hostId} hostId={hostId} tab={tab} /> : <NotFoundView />;
}

export function createRouter() {
  return createBrowserRouter([
    { path: '/login', element: <LoginView />, errorElement: <CrashView /> },
    {
      path: '/',
      element: <Shell />,
      errorElement: <CrashView />,
      children: [
        { index: true, element: <ServicesView /> },
        { path: 'services', element: <Navigate to="/" replace /> },
        { path: 'services/:serviceId', element: <OverviewRoute /> },
        { path: 'services/:serviceId/:report', element: <ReportRoute /> },
        { path: 'services/:serviceId/:report/:rowId', element: <ReportRoute /> },
        { path: 'hosts', element: <HostsView /> },
        { path: 'hosts/:hostId', element: <HostRoute /> },
        { path: 'hosts/:hostId/:tab', element: <HostRoute /> },
        { path: 'privacy', element: <PrivacyView /> },
        { path: '*', element: <NotFoundView /> },
      ],
    },
  ]);
}
