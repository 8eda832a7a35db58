import net from 'node:net';

function tryPort(port) {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => resolve(undefined));
    probe.listen(port, '127.0.0.1', () => {
      const found = probe.address().port;
      probe.close(() => resolve(found));
    });
  });
}

/** `preferred` when it is free on loopback, else any free port. */
export async function freePort(preferred) {
  return (await tryPort(preferred)) ?? (await tryPort(0));
}
