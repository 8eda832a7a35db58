import { Button } from '@mantine/core';
import { StatePanel } from '../../components/state-panel.js';

/** A defect of the dashboard itself: said in words, with a way out. No detail of the data is shown. */
export function CrashView() {
  return (
    <main>
      <h1 className="visually-hidden">Error</h1>
      <StatePanel
        kind="error"
        title="This page met an error of its own"
        advice="Nothing is lost on the server. Reloading usually helps; if not, please report it with the address of this page."
        action={<Button onClick={() => location.reload()}>Reload</Button>}
      />
    </main>
  );
}
