import { BlockList, isIP } from 'node:net';

/**
 * Whether `host` is reached without the proxy. Rules as in curl and Go: `*` means every host, `example.com` the
 * host and its sub-domains, `.example.com` its sub-domains, an address or a CIDR block the addresses in it, and
 * `:port` limits an entry to that port. Loopback is never sent to a proxy, as in Go.
 *
 * @param host name or address without brackets.
 */
export function bypassesProxy(host: string, port: number, noProxy: readonly string[]): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  if (isLoopback(name)) return true;
  return noProxy.some((entry) => matches(entry.trim().toLowerCase(), name, port));
}

function isLoopback(name: string): boolean {
  if (name === 'localhost' || name.endsWith('.localhost') || name === '::1') return true;
  return isIP(name) === 4 && name.startsWith('127.');
}

function matches(entry: string, name: string, port: number): boolean {
  if (entry === '') return false;
  if (entry === '*') return true;
  if (entry.includes('/')) return inBlock(entry, name);
  const { host, port: onlyPort } = splitPort(entry);
  if (onlyPort !== undefined && onlyPort !== port) return false;
  if (isIP(host) !== 0) return host === name;
  if (host.startsWith('*.')) return name.endsWith(host.slice(1));
  if (host.startsWith('.')) return name.endsWith(host);
  return name === host || name.endsWith(`.${host}`);
}

function splitPort(entry: string): { host: string; port: number | undefined } {
  const bracketed = /^\[([0-9a-f:.]+)\](?::(\d+))?$/.exec(entry);
  const plain = bracketed ?? /^([^:]+):(\d+)$/.exec(entry);
  if (plain === null) return { host: entry, port: undefined };
  return { host: plain[1] ?? entry, port: plain[2] === undefined ? undefined : Number(plain[2]) };
}

function inBlock(entry: string, name: string): boolean {
  const family = isIP(name);
  if (family === 0) return false;
  const slash = entry.indexOf('/');
  const network = entry.slice(0, slash);
  const bits = Number(entry.slice(slash + 1));
  if (isIP(network) !== family || !Number.isInteger(bits)) return false;
  if (bits < 0 || bits > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, family === 4 ? 'ipv4' : 'ipv6');
  return list.check(name, family === 4 ? 'ipv4' : 'ipv6');
}
