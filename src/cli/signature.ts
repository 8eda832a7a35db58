import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadUrlTemplates } from '../config/load.js';
import { sqlSignature } from '../signature/index.js';
import { DIALECT_NAMES } from '../signature/sql/dialects.js';
import { compileTemplates } from '../signature/url/templates.js';
import { cleanMethod, OTHER_METHOD, urlSignatureBy } from '../signature/url/url.js';
import { EXIT, fail } from './failure.js';

export const SIGNATURE_HELP = `retrace signature – what a statement or a URL looks like once its values are gone

Usage: retrace signature [options] '<sql>'
       retrace signature [options] [<METHOD>] <url>
       … | retrace signature [options] -

  --dialect <name>   ${DIALECT_NAMES.slice(0, 4).join(', ')},
                     ${DIALECT_NAMES.slice(4).join(' or ')}; without it what no dialect takes for a value stays
  --url              the text is a URL, also where it does not look like one
  --json             one JSON object instead of lines

Of a statement it prints text, hash and summary. A text that begins with a scheme or a slash is a URL;
RETRACE_URL_TEMPLATES applies as in your app. Nothing leaves this machine.
`;

interface SignatureOptions {
  dialect: string | undefined;
  url: boolean;
  json: boolean;
  help: boolean;
  texts: string[];
}

/** @returns a sentence when the arguments cannot be used; it quotes none of them. */
function parseSignatureArgs(args: string[]): SignatureOptions | string {
  try {
    const { values, positionals } = parseArgs({
      args: args.map(afterOptions),
      allowPositionals: true,
      options: {
        dialect: { type: 'string' },
        url: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const { dialect, url, json, help } = values;
    if (dialect !== undefined && !DIALECT_NAMES.includes(dialect)) {
      return `--dialect must be one of ${DIALECT_NAMES.join(', ')}`;
    }
    return { dialect, url, json, help, texts: positionals.map(asGiven) };
  } catch {
    return 'an option is unknown or lacks its value; `retrace signature --help` lists them';
  }
}

/** A statement may begin with a comment, `-- x`, which is no option. */
const STATEMENT_MARK = '\u0000';
const afterOptions = (arg: string): string =>
  /^--[^a-z]|^-.*\s/s.test(arg) && arg !== '--' ? `${STATEMENT_MARK}${arg}` : arg;
const asGiven = (text: string): string =>
  text.startsWith(STATEMENT_MARK) ? text.slice(STATEMENT_MARK.length) : text;

const URL_START = /^(?:[a-z][a-z0-9+.-]*:\/\/|\/(?!\*))\S*$/i;

/** `GET https://…`: both parts of what is asked for when it is a URL. */
function urlOf(
  texts: readonly string[],
  forced: boolean,
): [method: string, url: string] | undefined {
  if (texts.length === 2) return [texts[0] as string, texts[1] as string];
  const [text = ''] = texts;
  const [method = '', target, ...more] = text.trim().split(/\s+/);
  const named = target !== undefined && more.length === 0 && cleanMethod(method) !== OTHER_METHOD;
  if (named && (forced || URL_START.test(target))) return [method, target];
  return forced || URL_START.test(text.trim()) ? ['GET', text] : undefined;
}

/**
 * `retrace signature`: prints what would be sent of a statement or a URL.
 * @returns the exit code: 0, or 2 for wrong usage.
 */
export function runSignatureCommand(args: string[]): Promise<number> {
  return Promise.resolve(run(args));
}

function run(args: string[]): number {
  const options = parseSignatureArgs(args);
  if (typeof options === 'string') return fail(options, EXIT.usage);
  if (options.help) {
    process.stdout.write(SIGNATURE_HELP);
    return EXIT.ok;
  }
  const { texts } = options;
  if (texts.length === 0 && process.stdin.isTTY) {
    process.stderr.write(SIGNATURE_HELP);
    return EXIT.usage;
  }
  if (
    texts.length > 2 ||
    (texts.length === 2 && cleanMethod(texts[0] as string) === OTHER_METHOD)
  ) {
    return fail('one statement, or a method and a URL; put a statement into quotes', EXIT.usage);
  }
  if (texts.length === 0 || (texts.length === 1 && texts[0] === '-')) {
    texts.splice(0, 1, readFileSync(0, 'utf8'));
  }
  const lines = linesOf(options);
  process.stdout.write(
    options.json
      ? `${JSON.stringify(lines)}\n`
      : Object.entries(lines)
          .map(([name, value]) => `${name.padEnd(7)}  ${value}\n`)
          .join(''),
  );
  return EXIT.ok;
}

function linesOf({ texts, url, dialect }: SignatureOptions): Record<string, string> {
  const target = urlOf(texts, url);
  if (target === undefined) {
    const { text, hash, summary } = sqlSignature(
      texts[0] as string,
      dialect === undefined ? {} : { dialect },
    );
    return { text, hash, summary };
  }
  const { match, invalid } = compileTemplates(loadUrlTemplates());
  if (invalid.length > 0) fail('RETRACE_URL_TEMPLATES: an entry is no path template; left out');
  return { text: urlSignatureBy(match, ...target) };
}
