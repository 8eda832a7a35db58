/** What `retrace help` prints. */
export const HELP = `retrace – where a Node.js service spends its time; no literal ever leaves the process

Usage: retrace <command> [options]

  up                    server and agent on this machine, with one command
  agent                 the host's agent: receives from runtimes, sends to the server over TLS
  server                the platform: ingest, reports, dashboard
  server login-link     a fresh one-time link to the dashboard
  report                the three reports in the terminal, straight from running apps
  doctor                checks socket, proxy, TLS, key, clock and hooks; one fix per fault
  verify                prints exactly what leaves this host, field by field
  signature '<sql>'     what a statement or a URL looks like once its values are gone
  help                  this text
  --version             the version

Your app:  node --require retrace/register app.js      (CommonJS)
           node --import retrace/register app.mjs      (ES modules)

Options of a command: retrace <command> --help
`;

export const SERVER_HELP = `retrace server – the platform: OTLP ingest, reports, dashboard

Usage: retrace server              starts it; configured by RETRACE_SERVER_HOST, RETRACE_SERVER_PORT,
                                   RETRACE_DASHBOARD_PORT, RETRACE_DATA_DIR, RETRACE_TLS_CERT_FILE,
                                   RETRACE_TLS_KEY_FILE and the RETRACE_RETENTION_* variables
       retrace server login-link   prints a fresh one-time link for RETRACE_DATA_DIR

On loopback it makes its own certificate. On any other address it needs one and never listens without TLS.
`;

export const UP_HELP = `retrace up – server and agent on this machine, loopback only

Usage: retrace up

Prints a one-time link to the dashboard. Then, in another terminal:
       node --require retrace/register app.js

Configured by the same variables as \`retrace server\` and \`retrace agent\`. Ctrl-C stops both.
`;
