import { describe, expect, it } from 'vitest';
import { sqlSignature, urlSignature } from '../../../src/signature/index.js';
import { sqlSignatureParts } from '../../../src/signature/sql/signature.js';
import { pathTemplate } from '../../../src/signature/url/url.js';
import { absent, readCorpus } from './oracles/regress.js';

/**
 * Published expectations of other engines, read as statements about what is hidden and what is grouped. Where ours is
 * meant to be different the list says why, by input; anything else that differs fails, and so does a reason that
 * explains nothing any more.
 */
type Reasons = readonly (readonly [input: RegExp, reason: string])[];

/** @returns differences without a reason, and reasons without a difference */
function unexplained(
  differences: readonly { input: string; say: string }[],
  reasons: Reasons,
): string[] {
  const used = new Set<RegExp>();
  const left = differences.filter(({ input }) => {
    const found = reasons.find(([pattern]) => pattern.test(input));
    if (found !== undefined) used.add(found[0]);
    return found === undefined;
  });
  return [
    ...left.map(({ input, say }) => `${JSON.stringify(input)}: ${say}`),
    ...reasons
      .filter(([pattern]) => !used.has(pattern))
      .map(([pattern]) => `unused: ${pattern.source}`),
  ];
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[a-z0-9_$]{4,}/g) ?? [];

describe.skipIf(absent('newrelic'))('New Relic’s cases (skipped: corpus absent)', () => {
  const SYSTEMS: Readonly<Record<string, string>> = {
    mysql: 'mysql',
    postgres: 'postgresql',
    oracle: 'oracle.db',
    sqlite: 'sqlite',
    mssql: 'microsoft.sql_server',
  };

  it('hides every word that all expected obfuscations hide', () => {
    interface Case {
      name: string;
      sql: string;
      obfuscated: string[];
      dialects: string[];
    }
    const shown: { input: string; say: string }[] = [];
    for (const { name, sql, obfuscated, dialects } of readCorpus<Case[]>(
      'newrelic/sql_obfuscation.json',
    )) {
      const visible = obfuscated.join(' ').toLowerCase();
      const hidden = wordsOf(sql).filter((word) => !visible.includes(word));
      for (const dialect of dialects) {
        const text = sqlSignature(sql, { dialect: SYSTEMS[dialect] ?? '' }).text;
        for (const word of hidden)
          if (wordsOf(text).includes(word)) shown.push({ input: name, say: `${word} in ${text}` });
      }
    }
    expect(
      unexplained(shown, [
        [/^malformed\//, 'a damaged text keeps its verb, which hides as much as their bare ?'],
        [
          /^end_of_string_backslash/,
          'password is a column: a literal cannot end right before a word',
        ],
      ]),
    ).toEqual([]);
  });

  it('names the operation and the table that they name', () => {
    interface Case {
      input: string;
      operation: string;
      table: string | null;
    }
    const differences = readCorpus<Case[]>('newrelic/sql_parsing.json').flatMap(
      ({ input, operation, table }) => {
        const own = sqlSignatureParts(input);
        // They name the table without its schema.
        const name = own.collection.split('.').at(-1) ?? '';
        const same =
          own.operation.toLowerCase() === (operation === 'other' ? '' : operation) &&
          name.toLowerCase() === (table ?? '').toLowerCase();
        return same ? [] : [{ input, say: `${own.summary}, not ${operation} ${table ?? ''}` }];
      },
    );
    expect(
      unexplained(differences, [
        [/FROM ?\(SELECT/, 'the table of a subquery says more than (subquery)'],
        [/UPDATE 'abc'/, 'in single quotes stands a value, whatever MySQL’s mode'],
      ]),
    ).toEqual([]);
  });

  it('drops what they drop of URLs', () => {
    const differences = readCorpus<{ input: string; expected: string }[]>(
      'newrelic/url_clean.json',
    ).flatMap(({ input, expected }) => {
      const own = urlSignature('GET', input);
      // Style: no scheme, an empty path is `/`, segments outside of the vocabulary are `*`.
      const path = expected.replace(/^p:\/\//, '').replace(/\/(?:a|b|c)\b/g, '/*');
      return own === `GET ${path.includes('/') ? path : `${path}/`}` ? [] : [{ input, say: own }];
    });
    expect(
      unexplained(differences, [
        [/^user(?::password)?@/, 'without a scheme, what stands before @ may be a folder’s name'],
      ]),
    ).toEqual([]);
  });

  it('finds the host that they find', () => {
    const differences = readCorpus<{ input: string; expected: string }[]>(
      'newrelic/url_domain_extraction.json',
    ).flatMap(({ input, expected }) => {
      const host = /^GET (?:\/\/)?([^/:]*)/.exec(urlSignature('GET', input))?.[1];
      return host === expected ? [] : [{ input, say: `${host}, not ${expected}` }];
    });
    expect(
      unexplained(differences, [
        [/^scheme:.*:port/, 'before a port that is no number may stand a user’s name'],
        [
          /^(?:user(?::pass)?@)?a\.b/,
          'without a scheme and a known last label it may be a file’s name',
        ],
      ]),
    ).toEqual([]);
  });
});

describe.skipIf(absent('elastic-apm'))('Elastic’s cases (skipped: corpus absent)', () => {
  it('names the operation and the first table', () => {
    interface Case {
      input: string;
      output: string;
    }
    const differences = readCorpus<Case[]>('elastic-apm/sql_signature_examples.json').flatMap(
      ({ input, output }) => {
        const { summary } = sqlSignatureParts(input);
        // Style: they write FROM and INTO, and one table.
        const expected = output.replace(/ (?:FROM|INTO)\b/, '');
        const first = summary
          .split(' ')
          .slice(0, expected.includes(' ') ? 2 : 1)
          .join(' ');
        return first === expected ? [] : [{ input, say: `${summary}, not ${output}` }];
      },
    );
    expect(
      unexplained(differences, [
        [
          /[`"[]foo\.bar|myta/,
          'a quoted name with a dot or a line break in it may be data and is hidden',
        ],
        [/table2\.field1/, 'tables stand in the order of the text, as OpenTelemetry has it'],
        [/dollar\$bill/, 'a name with a dollar in it may be half of a dollar quote and is hidden'],
      ]),
    ).toEqual([]);
  });

  it('hides every token that they call a string, a number or a comment', () => {
    interface Case {
      input: string;
      tokens?: { kind: string; text: string }[];
    }
    const shown = readCorpus<Case[]>('elastic-apm/sql_token_examples.json').flatMap(
      ({ input, tokens = [] }) => {
        // As a value, with a verb in front: tokens alone are no statement.
        const text = sqlSignature(`SELECT a FROM t WHERE b = ${input}`).text.toLowerCase();
        return tokens
          .filter(({ kind }) => /STRING|NUMBER|COMMENT/.test(kind))
          .filter((token) =>
            wordsOf(token.text).some((word) => word !== 'select' && wordsOf(text).includes(word)),
          )
          .map((token) => ({ input, say: `${token.text} in ${text}` }));
      },
    );
    expect(unexplained(shown, [])).toEqual([]);
  });
});

describe.skipIf(absent('libpg_query'))('libpg_query’s cases (skipped: corpus absent)', () => {
  interface Case {
    input: string;
    expected: [string];
  }

  it('hides what its normalizer hides', () => {
    const shown = readCorpus<Case[]>('libpg_query/normalize.json').flatMap(
      ({ input, expected }) => {
        const visible = expected[0].toLowerCase();
        const text = sqlSignature(input, { dialect: 'postgresql' }).text;
        return wordsOf(input)
          .filter((word) => !visible.includes(word) && wordsOf(text).includes(word))
          .map((word) => ({ input, say: `${word} in ${text}` }));
      },
    );
    expect(unexplained(shown, [])).toEqual([]);
  });

  it('hides every constant and comment of its scanner', () => {
    const shown = readCorpus<Case[]>('libpg_query/scan.json').flatMap(({ input, expected }) => {
      const text = sqlSignature(input, { dialect: 'postgresql' }).text;
      return [...expected[0].matchAll(/^(.*) = (?:[A-Z]+CONST|\w*COMMENT), /gm)]
        .filter(([, constant = '']) => text.includes(constant))
        .map(([line]) => ({ input, say: `${line} in ${text}` }));
    });
    expect(unexplained(shown, [])).toEqual([]);
  });
});

describe.skipIf(absent('obi-clusterurl'))(
  'OBI’s cases of URL grouping (skipped: corpus absent)',
  () => {
    it('hides every segment that it hides', () => {
      const differences = readCorpus<{ input: string; expected: [string] }[]>(
        'obi-clusterurl/clusterurl.json',
      ).flatMap(({ input, expected }) => {
        const own = pathTemplate(input, '').split('/').filter(Boolean);
        const theirs = expected[0].split('/').filter(Boolean);
        const shown = own.filter((segment, at) => theirs[at] === '*' && segment !== '*');
        return shown.length === 0 && own.length === theirs.length
          ? []
          : [{ input, say: `/${own.join('/')}, not ${expected[0]}` }];
      });
      // Ours hides more: words of no closed vocabulary (usuarios, user-space, hello.world) are `*` as well.
      expect(unexplained(differences, [])).toEqual([]);
    });
  },
);
