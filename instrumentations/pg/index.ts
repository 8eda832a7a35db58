import type { Recorder } from '../../src/record/types.js';
import type { Instrumentation, InstrumentationContext } from '../types.js';
import { watchClient } from './client.js';
import { watchPool } from './pool.js';

type PgModule = Parameters<typeof watchClient>[0];

/** node-postgres: queries of its JavaScript client. `pg-native` has a client of its own and is not observed. */
export function createPgInstrumentation(): Instrumentation<PgModule> {
  const undo: (() => void)[] = [];
  return {
    name: 'pg',
    modules: ['pg/lib/client.js'],
    supported: '>=8.0.0 <9',
    enable(target: PgModule, recorder: Recorder, { guard }: InstrumentationContext) {
      undo.push(watchClient(target, recorder, guard));
      guard.run(() => recorder.expectQueries(), undefined);
    },
    disable() {
      for (const put of undo.splice(0)) put();
    },
  };
}

/** pg-pool keeps its own versions: 3 goes with pg 8. */
export function createPgPoolInstrumentation(): Instrumentation<{ prototype: object }> {
  const undo: (() => void)[] = [];
  return {
    name: 'pg-pool',
    modules: ['pg-pool/index.js'],
    supported: '>=3.0.0 <4',
    enable(target: { prototype: object }, recorder: Recorder, { guard }: InstrumentationContext) {
      undo.push(watchPool(target, recorder, guard));
    },
    disable() {
      for (const put of undo.splice(0)) put();
    },
  };
}
