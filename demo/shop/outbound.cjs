'use strict';
const http = require('node:http');

const agent = new http.Agent({ keepAlive: true, maxSockets: 50 });

function send(method, url, body, headers) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode, body: JSON.parse(text) }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** @returns {Promise<{ status: number, body: unknown }>} */
exports.getJson = (url) => send('GET', url, undefined, {});

/** @returns {Promise<{ status: number, body: unknown }>} */
exports.postJson = (url, body, headers) =>
  send('POST', url, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
