/** The answers of each vendor's intake when all is well, so that no arm retries, backs off or switches itself off. */

function json(response, body, status = 200) {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

/** https://github.com/newrelic/node-newrelic: lib/collector; one POST per method. */
function newRelic(request, response, ports) {
  const method = new URL(request.url, 'https://localhost').searchParams.get('method');
  if (method === 'preconnect') {
    json(response, { return_value: { redirect_host: `localhost:${ports.newrelic}` } });
  } else if (method === 'connect') {
    json(response, {
      return_value: {
        agent_run_id: 'bench',
        account_id: '1',
        primary_application_id: '1',
        trusted_account_key: '1',
        collect_traces: true,
        collect_errors: true,
        collect_analytics_events: true,
        collect_span_events: true,
        data_report_period: 60,
        sampling_target: 10,
        sampling_target_period_in_seconds: 60,
        event_harvest_config: {
          report_period_ms: 5000,
          harvest_limits: { analytic_event_data: 833, span_event_data: 166, error_event_data: 8 },
        },
        messages: [],
      },
    });
  } else json(response, { return_value: method === 'get_agent_commands' ? [] : null });
}

function datadog(request, response) {
  if (request.url.startsWith('/info')) {
    json(response, {
      version: '7.60.0',
      endpoints: ['/v0.4/traces', '/v0.5/traces', '/telemetry/proxy/', '/v0.7/config'],
      client_drop_p0s: false,
    });
  } else if (request.url.includes('/traces'))
    json(response, { rate_by_service: { 'service:,env:': 1 } });
  else json(response, {}, request.url.includes('/telemetry/') ? 202 : 200);
}

function elastic(request, response) {
  if (request.url.startsWith('/intake')) {
    response.writeHead(202);
    response.end();
  } else if (request.url.startsWith('/config')) {
    response.writeHead(200, {
      'content-type': 'application/json',
      'cache-control': 'max-age=300',
      etag: '"1"',
    });
    response.end('{}');
  } else json(response, { version: '8.17.0', build_sha: 'x', publish_ready: true });
}

function empty(response, contentType) {
  response.writeHead(200, { 'content-type': contentType, 'content-length': 0 });
  response.end();
}

/** @param {string} name the arm */
export function answerIntake(name, request, response, ports) {
  if (name === 'newrelic') newRelic(request, response, ports);
  else if (name === 'dd-trace') datadog(request, response);
  else if (name === 'elastic') elastic(request, response);
  else if (name === 'sentry') json(response, { id: '0'.repeat(32) });
  else empty(response, 'application/x-protobuf');
}
