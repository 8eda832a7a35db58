/**
 * All that stands around the app, in one process on the other core: stubs, intakes and the load generator.
 *
 * While there is load it never sleeps. Waking a sleeping process on another core is charged to the one that sends
 * (a fifth of the bare app's CPU on a virtual machine, where it leaves the machine for it), and the slower an app is,
 * the more often the others have gone to sleep: 4 to 6 of the microseconds that an arm seemed to add were nothing else.
 *
 * Orders: { targets, … } drives them (load.mjs), anything else asks what reached the intakes.
 */
import { drive } from './load.mjs';
import { openStubs, takeReceived } from './stubs.mjs';

let driving = 0;
function stayAwake() {
  if (driving > 0) setImmediate(stayAwake);
}

process.on('message', async (order) => {
  if (order.targets === undefined) return process.send(takeReceived());
  if (++driving === 1) stayAwake();
  const results = await drive(order);
  driving--;
  process.send(results);
});
process.on('disconnect', () => process.exit(0));
process.send({ ports: await openStubs(process.argv[2]) });
