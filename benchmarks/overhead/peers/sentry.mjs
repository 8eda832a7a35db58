import * as Sentry from '@sentry/node';

// Everything traced, as with the other arms.
Sentry.init({ dsn: process.env.SENTRY_DSN, tracesSampleRate: 1 });
