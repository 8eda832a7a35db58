/**
 * As much of PostgreSQL's protocol (version 3) as node-postgres speaks: every statement succeeds with one row.
 * The answer to a whole extended query is one prepared buffer, sent at its Sync.
 */
const QUERY = 'Q'.charCodeAt(0);
const SYNC = 'S'.charCodeAt(0);

function message(type, ...parts) {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const int16 = (value) => [(value >> 8) & 255, value & 255];
const int32 = (value) => [...int16(value >>> 16), ...int16(value & 65535)];
/** Name, no table, no attribute, type int4 (23), 4 bytes, no modifier, text format. */
const column = (name) => [
  ...Buffer.from(`${name}\0`),
  ...int32(0),
  ...int16(0),
  ...int32(23),
  ...int16(4),
  ...int32(-1),
  ...int16(0),
];
const value = (text) => [...int32(text.length), ...Buffer.from(text)];

const READY = message('Z', 'I');
const ROWS = Buffer.concat([
  message('T', int16(2), column('id'), column('total')),
  message('D', int16(2), value('7'), value('4711')),
  message('C', 'SELECT 1\0'),
]);
const SIMPLE = Buffer.concat([ROWS, READY]);
const EXTENDED = Buffer.concat([message('1'), message('2'), ROWS, READY]);
const WELCOME = Buffer.concat([
  message('R', int32(0)),
  message('S', 'server_version\u000016.0\0'),
  message('S', 'client_encoding\0UTF8\0'),
  message('K', int32(1), int32(1)),
  READY,
]);

export function servePostgres(socket) {
  let started = false;
  let tail = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    let bytes = tail.length > 0 ? Buffer.concat([tail, chunk]) : chunk;
    if (!started) {
      if (bytes.length < 4 || bytes.length < bytes.readInt32BE(0)) {
        tail = bytes;
        return;
      }
      bytes = bytes.subarray(bytes.readInt32BE(0));
      started = true;
      socket.write(WELCOME);
    }
    let at = 0;
    while (bytes.length - at >= 5) {
      const size = bytes.readInt32BE(at + 1) + 1;
      if (bytes.length - at < size) break;
      if (bytes[at] === SYNC) socket.write(EXTENDED);
      else if (bytes[at] === QUERY) socket.write(SIMPLE);
      at += size;
    }
    tail = bytes.subarray(at);
  });
}
