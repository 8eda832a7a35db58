import { ENV, type EnvKey, type EnvVariable, type EnvValueKind } from './env.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable's text and the name under which it was found. */
export interface Found {
  readonly variable: string;
  readonly text: string;
}

/** Told of each bad value: the variable and what is wrong with it, never the value. */
export type OnProblem = (variable: string, problem: string) => void;

type KeyOf<T extends EnvValueKind['type']> = {
  [K in EnvKey]: (typeof ENV)[K]['value']['type'] extends T ? K : never;
}[EnvKey];

/**
 * Reads the table. Rules of the OpenTelemetry specification: empty is unset, booleans are `true` or `false`
 * in any case, a bad value is reported and the next name, at last the default, takes its place.
 */
export class EnvReader {
  constructor(
    private readonly env: Environment,
    private readonly onProblem: OnProblem,
  ) {}

  /** Texts that are set, by precedence. */
  found(key: EnvKey): Found[] {
    const row: EnvVariable = ENV[key];
    return [row.name, ...row.fallbacks].flatMap((variable) => {
      const text = this.env[variable]?.trim() ?? '';
      return text === '' ? [] : [{ variable, text }];
    });
  }

  text(key: KeyOf<'string' | 'path'>): string | undefined {
    return this.found(key)[0]?.text ?? defaultText(key);
  }

  integer(key: KeyOf<'integer'>): number | undefined {
    const { min, max } = ENV[key].value;
    for (const { variable, text } of this.found(key)) {
      const value = /^[+-]?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      if (value >= min && value <= max) return value;
      this.onProblem(variable, `expected a whole number from ${min} to ${max}`);
      if (!Number.isNaN(value)) return value < min ? min : max;
    }
    const text = defaultText(key);
    return text === undefined ? undefined : Number(text);
  }

  boolean(found: Found): boolean | undefined {
    const text = found.text.toLowerCase();
    if (text === 'true' || text === 'false') return text === 'true';
    this.onProblem(found.variable, 'expected true or false');
    return undefined;
  }

  /** Values in lower case; `aliases` maps the words of other standards. */
  choice<const T extends string>(
    key: KeyOf<'enum'>,
    values: readonly T[],
    aliases: Readonly<Record<string, T>>,
  ): T {
    for (const { variable, text } of this.found(key)) {
      const word = text.toLowerCase();
      const value = values.find((candidate) => candidate === word) ?? aliases[word];
      if (value !== undefined) return value;
      this.onProblem(variable, `expected one of ${values.join(', ')}`);
    }
    return ENV[key].defaultText as T;
  }

  list(key: KeyOf<'list'>): string[] {
    return splitList(this.found(key)[0]?.text ?? '');
  }

  problem(variable: string, problem: string): void {
    this.onProblem(variable, problem);
  }
}

function defaultText(key: EnvKey): string | undefined {
  const text = ENV[key].defaultText;
  return text === '' ? undefined : text;
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
