import net, { type AddressInfo, type Socket } from 'node:net';
import { listen } from '../agent-fixtures.js';

/** A wire between two processes: passes bytes on, records them, and can be made as slow as one byte a second. */
export class TcpRelay {
  /** Bytes a second in each direction. */
  bytesPerSecond = Infinity;
  connections = 0;
  /** Everything the connecting side sent. */
  readonly sent: Buffer[] = [];
  /** Everything it got back. */
  readonly received: Buffer[] = [];
  port = 0;
  private readonly sockets = new Set<Socket>();
  private readonly server: net.Server;

  /** @param targetPort of 127.0.0.1 */
  constructor(private readonly targetPort: number) {
    this.server = net.createServer((client) => this.join(client));
  }

  async start(): Promise<this> {
    await listen(this.server, 0);
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(client: Socket): void {
    this.connections += 1;
    const upstream = net.connect(this.targetPort, '127.0.0.1');
    this.pass(client, upstream, this.sent);
    this.pass(upstream, client, this.received);
  }

  private pass(from: Socket, to: Socket, record: Buffer[]): void {
    this.sockets.add(from);
    from.on('error', () => undefined);
    from.on('close', () => {
      this.sockets.delete(from);
      to.destroy();
    });
    from.on('data', (bytes: Buffer) => {
      record.push(bytes);
      if (this.bytesPerSecond === Infinity) to.write(bytes);
      else void this.trickle(bytes, from, to);
    });
  }

  private async trickle(bytes: Buffer, from: Socket, to: Socket): Promise<void> {
    from.pause();
    for (let at = 0; at < bytes.length && !to.destroyed; at++) {
      to.write(bytes.subarray(at, at + 1));
      await new Promise((resolve) => setTimeout(resolve, 1000 / this.bytesPerSecond).unref());
    }
    from.resume();
  }
}
