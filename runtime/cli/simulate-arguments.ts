import { parseArgs } from 'node:util';
import { describeError } from '../errors.ts';
import { RUN_PATH } from '../options/scenario.ts';
import { misused } from './failure.ts';
import { wholeNumber } from './whole-number.ts';

export interface SimulateCommand {
  /** The file of the module that says what is simulated. */
  readonly module: string;
  readonly seed: number | undefined;
  readonly runs: number | undefined;
  /** With the seed, one scenario again, as it was found. */
  readonly path: string | undefined;
  /** The file of one scenario. */
  readonly replay: string | undefined;
  /** The directory for the report of a violation. */
  readonly report: string | undefined;
  /** How much real time one run may take. */
  readonly runSeconds: number;
  readonly isJson: boolean;
}

const text = { type: 'string' } as const;
const options = {
  ...{ seed: text, runs: text, path: text, replay: text, report: text },
  'run-seconds': text,
  json: { type: 'boolean' },
} as const;

const SEED_MIN = -(2 ** 31);
const SEED_MAX = 2 ** 31 - 1;
const RUNS_MAX = 1_000_000_000;
const RUN_SECONDS = 60;
const RUN_SECONDS_MAX = 86_400;

/** @throws {Failure} for what it does not know. */
export function simulateCommand(args: readonly string[]): SimulateCommand {
  const { values, positionals } = parsed(args);
  const [module, extra] = positionals;
  if (module === undefined || module === '') throw misused('no MODULE');
  if (extra !== undefined) throw misused(`one MODULE at a time, got ${extra} too`);
  const { path, replay, report, json } = values;
  const drawn = (['seed', 'runs', 'path'] as const).find((name) => values[name] !== undefined);
  if (replay !== undefined && drawn !== undefined) {
    throw misused(`--replay takes the scenario from a file, and goes without --${drawn}`);
  }
  if (path !== undefined && values.seed === undefined) throw misused('--path goes with --seed');
  if (path !== undefined && values.runs !== undefined) {
    throw misused('--path is one run, and goes without --runs');
  }
  if (path !== undefined && !RUN_PATH.test(path)) {
    throw misused(`--path must be as it was told, like 41, got ${path}`);
  }
  return {
    module,
    seed: wholeNumber('--seed', values.seed, { min: SEED_MIN, max: SEED_MAX }),
    runs: wholeNumber('--runs', values.runs, { min: 1, max: RUNS_MAX }),
    ...{ path, replay, report },
    runSeconds:
      wholeNumber('--run-seconds', values['run-seconds'], { min: 1, max: RUN_SECONDS_MAX }) ??
      RUN_SECONDS,
    isJson: json === true,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: signed(args), options, strict: true, allowPositionals: true });
  } catch (error) {
    throw misused(describeError(error).message);
  }
}

/** `--runs -1` as `--runs=-1`: the parser takes -1 for an option of its own. */
function signed(args: readonly string[]): string[] {
  return args.flatMap((arg, at) => {
    if (isSigned(args, at)) return [];
    return [isSigned(args, at + 1) ? `${arg}=${args[at + 1]}` : arg];
  });
}

const isSigned = (args: readonly string[], at: number): boolean =>
  /^--(seed|runs)$/.test(args[at - 1] ?? '') && /^-\d/.test(args[at] ?? '');
