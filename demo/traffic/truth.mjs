/**
 * What was really sent, and what the shop had to do for it. Counts only whole outcomes: a request is
 * added when its answer came as the scenario said; any other outcome is a surprise, and a smoke run with a
 * surprise fails because the truth is then unknown.
 */

const OUTSIDE = '(outside any request)';

function add(map, key, count) {
  map.set(key, (map.get(key) ?? 0) + count);
}

class Tally {
  calls = 0;
  /** error type → calls */
  errors = new Map();
  /** endpoint → calls */
  callers = new Map();
  /** HTTP status → calls; calls only */
  statuses = new Map();
  repeatedRequests = 0;
  repeatedMax = 0;
}

function tally(map, key) {
  let entry = map.get(key);
  if (entry === undefined) map.set(key, (entry = new Tally()));
  return entry;
}

/** Same bound as the product's REPEAT_THRESHOLD, restated: this side must not learn from what it checks. */
const REPEATED_FROM = 5;

export class Truth {
  requests = 0;
  endpoints = new Map();
  queries = new Map();
  calls = new Map();
  surprises = [];

  /** @param {string} query key of a query that ran once at the shop's start. */
  addOutside(query) {
    const entry = tally(this.queries, query);
    entry.calls += 1;
    add(entry.callers, OUTSIDE, 1);
  }

  /** @param {import('./scenarios.mjs').Scenario} scenario */
  add(scenario) {
    this.requests += 1;
    const endpoint = tally(this.endpoints, scenario.endpoint);
    endpoint.calls += 1;
    if (scenario.error !== undefined) add(endpoint.errors, scenario.error, 1);
    for (const [key, what] of Object.entries(scenario.queries ?? {})) {
      const { times, error } = typeof what === 'number' ? { times: what } : what;
      const entry = tally(this.queries, key);
      entry.calls += times;
      add(entry.callers, scenario.endpoint, times);
      if (error !== undefined) add(entry.errors, error, times);
      if (times >= REPEATED_FROM) {
        entry.repeatedRequests += 1;
        entry.repeatedMax = Math.max(entry.repeatedMax, times);
      }
    }
    for (const [key, { status, error }] of Object.entries(scenario.calls ?? {})) {
      const entry = tally(this.calls, key);
      entry.calls += 1;
      add(entry.callers, scenario.endpoint, 1);
      add(entry.statuses, status === undefined ? 'failed' : `s${Math.floor(status / 100)}xx`, 1);
      if (error !== undefined) add(entry.errors, error, 1);
    }
  }

  surprise(scenario, what) {
    if (this.surprises.length < 20) this.surprises.push(`${scenario.name}: ${what}`);
  }
}
