#!/usr/bin/env node
import { HELP } from './help.js';
import { EXIT, fail, failureOf } from './failure.js';
import { VERSION } from '../core/version.js';

type Command = (args: string[]) => Promise<number>;

/** Loaded one at a time: `retrace report` need not load a TLS stack. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  up: async () => (await import('./up.js')).runUpCommand,
  agent: async () => (await import('./agent.js')).runAgentCommand,
  server: async () => (await import('./server.js')).runServerCommand,
  report: async () => (await import('./report.js')).runReportCommand,
  doctor: async () => (await import('./doctor.js')).runDoctorCommand,
  verify: async () => (await import('./verify.js')).runVerifyCommand,
  signature: async () => (await import('./signature.js')).runSignatureCommand,
};

async function main(args: string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(HELP);
    return name === undefined ? EXIT.usage : EXIT.ok;
  }
  if (name === '--version' || name === '-v') {
    process.stdout.write(`retrace ${VERSION}\n`);
    return EXIT.ok;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined)
    return fail('unknown command; `retrace help` lists the commands', EXIT.usage);
  try {
    return await (
      await command()
    )(rest);
  } catch (error) {
    return failureOf(error, `retrace ${name}`);
  }
}

void main(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
});
