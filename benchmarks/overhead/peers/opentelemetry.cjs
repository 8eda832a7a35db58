'use strict';
const { NodeSDK } = require('@opentelemetry/sdk-node');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const { PgInstrumentation } = require('@opentelemetry/instrumentation-pg');

// Exporters (OTLP/HTTP protobuf, batched) and address come from the OTEL_* variables, as in its documentation.
new NodeSDK({ instrumentations: [new HttpInstrumentation(), new PgInstrumentation()] }).start();
