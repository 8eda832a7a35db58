import { Link } from 'react-router';
import { StatePanel } from '../../components/state-panel.js';
import { useTitle } from '../../components/use-title.js';

export function NotFoundView() {
  useTitle('Not found');
  return (
    <>
      <h1 className="visually-hidden">Not found</h1>
      <StatePanel
        kind="empty"
        title="There is no such page"
        advice="The address may be mistyped."
        action={<Link to="/">All services</Link>}
      />
    </>
  );
}
