/** What went wrong and what to do about it, for people. */
import { ApiError } from './client.js';

export interface ErrorWords {
  title: string;
  advice: string;
}

export function describeError(error: unknown): ErrorWords {
  if (!(error instanceof ApiError)) {
    return { title: 'This page met an error of its own', advice: 'Reloading the page may help.' };
  }
  if (error.status === 0 || (error.status >= 502 && error.status <= 504)) {
    return {
      title: 'The Retrace server does not answer',
      advice: 'It may be restarting. This page keeps trying and fills in by itself.',
    };
  }
  if (error.status === 401) {
    return {
      title: 'Your session has ended',
      advice:
        'Run “retrace server login-link” on the server’s machine and open the link it prints.',
    };
  }
  if (error.status === 403) {
    return { title: 'Your account may not see this', advice: 'Ask the owner of this platform.' };
  }
  if (error.status === 404) {
    return {
      title: 'Nothing is known under this address',
      advice: 'The link may be old, or its data has passed the retention period.',
    };
  }
  if (error.status === 429) {
    return { title: 'Too many requests', advice: 'This page tries again in a moment.' };
  }
  if (error.status === 400) {
    return { title: 'The server did not accept this request', advice: error.message };
  }
  return {
    title: 'The server could not answer this',
    advice: `It said: ${error.message || `status ${error.status}`}. Its log has the reason.`,
  };
}
