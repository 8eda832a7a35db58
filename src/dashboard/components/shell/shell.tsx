import { Navigate, Outlet, ScrollRestoration, useLocation } from 'react-router';
import { Button } from '@mantine/core';
import { ApiError } from '../../api/client.js';
import { describeError } from '../../api/error-words.js';
import { useSession } from '../../api/hooks.js';
import { StatePanel } from '../state-panel.js';
import { ConnectionNotice } from './connection-notice.js';
import classes from './shell.module.css';
import { TopBar } from './top-bar.js';

/** Frame of every page behind the login. */
export function Shell() {
  const session = useSession();
  const { pathname, search } = useLocation();
  if (session.data === undefined) {
    if (session.error instanceof ApiError && session.error.status === 401) {
      // Opened without a session: after the login the reader comes back to this very address.
      const next = `${pathname}${search}`;
      return (
        <Navigate
          to={next === '/' ? '/login' : `/login?next=${encodeURIComponent(next)}`}
          replace
        />
      );
    }
    if (session.isPending) return <p className="visually-hidden">Loading…</p>;
    const words = describeError(session.error);
    return (
      <main className={classes['main']}>
        <h1 className="visually-hidden">Retrace</h1>
        <div className="panel">
          <StatePanel
            kind="error"
            title={words.title}
            advice={words.advice}
            action={
              <Button loading={session.isFetching} onClick={() => void session.refetch()}>
                Try again
              </Button>
            }
          />
        </div>
      </main>
    );
  }
  return (
    <>
      <a className="skip-link" href="#main">
        Skip to the content
      </a>
      <TopBar session={session.data} />
      <ConnectionNotice />
      <main id="main" tabIndex={-1} className={classes['main']}>
        <Outlet />
      </main>
      <ScrollRestoration />
    </>
  );
}
