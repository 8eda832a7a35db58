import { randomUUID } from 'node:crypto';
import { INSTANCE_OFFSET_BYTES } from '../ring/layout.js';

const BYTES = 16;

/**
 * The id under which this ring's thread sends; the first to ask makes it. In the ring, so that the host's thread, when
 * it writes the last window, is the same instance to the agent as the worker was.
 */
export function instanceIdOf(ring: SharedArrayBuffer): string {
  const bytes = new Uint8Array(ring, INSTANCE_OFFSET_BYTES, BYTES);
  if (bytes.some((byte) => byte !== 0)) return format(bytes);
  const id = randomUUID();
  const hex = id.replaceAll('-', '');
  for (let at = 0; at < BYTES; at++) bytes[at] = Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16);
  return id;
}

function format(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
