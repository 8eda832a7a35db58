/** Somebody else's test suite, and how it is run. */
export interface Suite {
  /** Package and version, or checkout. */
  readonly name: string;
  /** Folder in which the runner starts; files are relative to it. */
  readonly root: string;
  /** `script`: each file is a program whose exit code is the result. */
  readonly runner: 'node:test' | 'mocha' | 'script';
  readonly files: readonly string[];
  /** The one of `files` that a broken hook must make fail. */
  readonly sabotaged?: string;
  /** Fewer tests than this in an arm: something is wrong with the run itself. */
  readonly minTests: number;
  /** Fewer operations than this seen by the hooks: the comparison proves nothing. */
  readonly minOperations: number;
  /** Tests that give different results from run to run by themselves. */
  readonly excluded?: readonly Exclusion[];
  readonly fileTimeoutSeconds: number;
  /** Files at once. */
  readonly concurrency?: number;
  /** Binary; default the running Node. */
  readonly node?: string;
  readonly nodeArgs?: readonly string[];
  readonly runnerArgs?: readonly string[];
  /** Path of mocha, from `root`. */
  readonly mocha?: string;
  /** For `script`: the tests inside a file that passed, by what it printed. */
  readonly testsIn?: (stdout: string) => readonly string[];
  /** Flags that a file states for itself. */
  readonly flagsOf?: (file: string) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Exclusion {
  /** Part of the test's name as the report has it. */
  readonly test: string;
  readonly reason: string;
}
