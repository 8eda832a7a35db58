import { Button, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { api, ApiError } from '../../api/client.js';
import { describeError } from '../../api/error-words.js';
import { SESSION_KEY } from '../../api/hooks.js';
import { CopyButton } from '../../components/copy-button.js';
import { Logo } from '../../components/logo.js';
import { useTitle } from '../../components/use-title.js';
import { readToken, safeNext } from '../../format/login.js';
import classes from './login-view.module.css';

const COMMAND = 'retrace server login-link';

interface Problem {
  title: string;
  advice: string;
}

const INCOMPLETE: Problem = {
  title: 'This is not a whole login link',
  advice: 'It ends in “#” and a long word; perhaps the end was cut off.',
};

function toProblem(error: unknown): Problem {
  if (error instanceof ApiError && (error.status === 401 || error.status === 400)) {
    return {
      title: 'This login link no longer works',
      advice:
        'A link works once and for a short time only. It was used already, has expired, or is incomplete.',
    };
  }
  return describeError(error);
}

/** Takes the token out of the address (`/login#token`) and exchanges it for a session. */
export function LoginView() {
  useTitle('Log in');
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const started = useRef(false);
  const next = safeNext(params.get('next'));

  async function login(token: string): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    try {
      client.clear();
      client.setQueryData(SESSION_KEY, await api.login(token));
      await navigate(next, { replace: true });
    } catch (error) {
      setProblem(toProblem(error));
      setBusy(false);
    }
  }

  useEffect(() => {
    function takeToken(): void {
      const token = readToken(location.hash);
      if (location.hash.length > 1 && token === undefined) setProblem(INCOMPLETE);
      if (token === undefined) return;
      // Out of the address bar and the history before anything else.
      history.replaceState(history.state, '', `${location.pathname}${location.search}`);
      void login(token);
    }
    // Strict mode runs effects twice; a one-time token must be sent once.
    if (!started.current) takeToken();
    started.current = true;
    addEventListener('hashchange', takeToken);
    return () => removeEventListener('hashchange', takeToken);
  }, []);

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const token = readToken(String(new FormData(event.currentTarget).get('link')));
    if (token === undefined) setProblem(INCOMPLETE);
    else void login(token);
  }

  const loggedOut = params.get('reason') === 'logged-out';
  return (
    <main className={classes['page']}>
      <div className={`panel ${classes['card'] ?? ''}`}>
        <div className={classes['brand']}>
          <Logo size={34} /> Retrace
        </div>
        <div role="alert">
          {problem !== undefined && (
            <div className={classes['problem']}>
              <strong>{problem.title}.</strong> {problem.advice}
            </div>
          )}
        </div>
        <h1>
          {busy
            ? 'Logging in…'
            : loggedOut && problem === undefined
              ? 'You are logged out'
              : 'Log in'}
        </h1>
        <p className={classes['text']}>
          Retrace has no passwords. On the machine of the Retrace server, this prints a link that
          logs you in once:
        </p>
        <div className={classes['command']}>
          <code>{COMMAND}</code>
          <CopyButton text={COMMAND} label="Copy the command" />
        </div>
        <form onSubmit={submit} className={classes['form']}>
          <TextInput
            name="link"
            label="Or paste the link here"
            placeholder="http://127.0.0.1:4480/login#…"
            autoComplete="off"
            spellCheck={false}
            required
            withAsterisk={false}
          />
          <Button type="submit" loading={busy}>
            Log in
          </Button>
        </form>
      </div>
    </main>
  );
}
