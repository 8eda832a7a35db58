import { createBrowserRouter, Navigate, useLocation, useParams } from 'react-router';
import { isReportKind, reportPath } from './api/links.js';
import { Shell } from './components/shell/shell.js';
import { CrashView } from './views/crash/crash-view.js';
import { DetailView } from './views/detail/detail-view.js';
import { LoginView } from './views/login/login-view.js';
import { NotFoundView } from './views/not-found/not-found-view.js';
import { ServiceView } from './views/service/service-view.js';
import { ServicesView } from './views/services/services-view.js';

/** `/services/x` is the first report of x. */
function FirstReport() {
  const { serviceId = '' } = useParams();
  const { search } = useLocation();
  return <Navigate to={reportPath(serviceId, 'endpoints', search)} replace />;
}

function ReportRoute() {
  const { serviceId = '', report, rowId } = useParams();
  if (!isReportKind(report)) return <NotFoundView />;
  if (rowId === undefined) {
    // Tabs keep the service's frame; another service is another page.
    return <ServiceView key={serviceId} serviceId={serviceId} report={report} />;
  }
  const key = `${serviceId}/${report}/${rowId}`;
  return <DetailView key={key} serviceId={serviceId} report={report} rowId={rowId} />;
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
        { path: 'services/:serviceId', element: <FirstReport /> },
        { path: 'services/:serviceId/:report', element: <ReportRoute /> },
        { path: 'services/:serviceId/:report/:rowId', element: <ReportRoute /> },
        { path: '*', element: <NotFoundView /> },
      ],
    },
  ]);
}
