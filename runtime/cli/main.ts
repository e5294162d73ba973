#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { describeError } from '../errors.ts';

const USAGE = `holdfast: an embeddable actor runtime

  holdfast --version    what is installed
  holdfast --help       this text
`;

/** 0 ok, 2 usage. */
export function main(args: readonly string[]): 0 | 2 {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { version: { type: 'boolean' }, help: { type: 'boolean' } },
    });
    if (values.version !== true && values.help !== true) return refuse('no command');
    process.stdout.write(values.version === true ? `${version()}\n` : USAGE);
    return 0;
  } catch (error) {
    return refuse(describeError(error).message);
  }
}

function refuse(problem: string): 2 {
  process.stderr.write(`${problem}\n\n${USAGE}`);
  return 2;
}

function version(): string {
  const manifest = new URL(import.meta.resolve('holdfast/package.json'));
  return JSON.parse(readFileSync(manifest, 'utf8')).version;
}

process.exitCode = main(process.argv.slice(2));
