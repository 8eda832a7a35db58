import { Button } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ApiError } from '../api/client.js';
import { describeError } from '../api/error-words.js';
import { formatClock } from '../format/time.js';
import classes from './query-panel.module.css';
import { StatePanel } from './state-panel.js';

interface Props<Answer> {
  query: UseQueryResult<Answer, Error>;
  loading: ReactNode;
  children: (answer: Answer) => ReactNode;
}

/**
 * The three states every panel has. Data that was read once stays on the page when a later refresh fails; the
 * notice at the top of the page says how old it is.
 */
export function QueryPanel<Answer>({ query, loading, children }: Props<Answer>) {
  if (query.data !== undefined) {
    return (
      <>
        {refused(query.error) && (
          <p role="alert" className={classes['old']}>
            <b>{describeError(query.error).title}.</b> What you see was read at{' '}
            {formatClock(query.dataUpdatedAt, true)}; this page tries again by itself.
          </p>
        )}
        {children(query.data)}
      </>
    );
  }
  if (query.isError) {
    const words = describeError(query.error);
    return (
      <div className="panel">
        <StatePanel
          kind="error"
          title={words.title}
          advice={words.advice}
          action={
            <Button
              variant="default"
              loading={query.isFetching}
              onClick={() => void query.refetch()}
            >
              Try again
            </Button>
          }
        />
      </div>
    );
  }
  return (
    <div role="status">
      <span className="visually-hidden">Loading…</span>
      {loading}
    </div>
  );
}

/** A refresh that was answered with an error; where there was no answer, the page's own notice says so. */
function refused(error: Error | null): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status !== 401
    ? error.status < 502 || error.status > 504
    : false;
}
