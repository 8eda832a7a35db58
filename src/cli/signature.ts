import { readFileSync } from 'node:fs';
import { sqlSignature, urlSignature } from '../signature/index.js';

const USAGE = `Usage: retrace signature [--dialect <db.system.name>] '<sql>'
       retrace signature --url [<METHOD>] '<url>'
       … | retrace signature [--dialect <db.system.name>] -

Shows what would be sent of a statement or URL: text, hash and summary. Nothing leaves this machine.
Dialects: postgresql mysql mariadb sqlite microsoft.sql_server oracle.db (none: unknown)
`;

/**
 * `retrace signature`: prints what would be sent of a statement or a URL.
 * @returns the exit code: 0, or 2 for wrong usage.
 */
export function runSignatureCommand(args: string[]): Promise<number> {
  let dialect: string | undefined;
  let url = false;
  const rest: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] as string;
    if (arg === '--help' || arg === '-h') {
      process.stdout.write(USAGE);
      return Promise.resolve(0);
    }
    if (arg === '--dialect') dialect = args[++at];
    else if (arg.startsWith('--dialect=')) dialect = arg.slice('--dialect='.length);
    else if (arg === '--url') url = true;
    else rest.push(arg);
  }
  const text = rest.at(-1);
  if (text === undefined || rest.length > (url ? 2 : 1)) {
    process.stderr.write(USAGE);
    return Promise.resolve(2);
  }
  if (url) {
    process.stdout.write(
      `${urlSignature(rest.length === 2 ? (rest[0] as string) : 'GET', text)}\n`,
    );
    return Promise.resolve(0);
  }
  const sql = text === '-' ? readFileSync(0, 'utf8') : text;
  const signature = sqlSignature(sql, dialect === undefined ? {} : { dialect });
  process.stdout.write(
    `text     ${signature.text}\nhash     ${signature.hash}\nsummary  ${signature.summary}\n`,
  );
  return Promise.resolve(0);
}
