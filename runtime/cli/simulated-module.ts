import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Files } from '../../storage/ports.ts';
import { describeError } from '../errors.ts';
import type { Playbook, SearchOptions } from '../sim/property/index.ts';
import { Failure } from './failure.ts';

/** What `holdfast simulate` takes from a module: what findFailure and property take, too. */
export interface SimulatedModule {
  readonly playbook: Playbook<unknown>;
  readonly options: SearchOptions;
}

/** @throws {Failure} if there is no such module, or it exports something else. */
export async function loadSimulated(files: Files, file: string): Promise<SimulatedModule> {
  const path = resolve(file);
  const found = await files.stat(await files.realPath(path));
  if (found?.kind !== 'file') throw new Failure(`there is no file ${path}`);
  const { playbook, options }: Readonly<Record<string, unknown>> = await loaded(path);
  if (!isPlaybook(playbook)) {
    const shape = '{ start, workload?, invariants? }, or a function that returns one';
    throw new Failure(`${path} must export playbook: ${shape}`);
  }
  if (!isOptions(options)) {
    throw new Failure(`${path} must export options: { horizonMs, … }, as findFailure takes them`);
  }
  return { playbook, options };
}

async function loaded(path: string) {
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    throw new Failure(`${path} cannot be loaded: ${describeError(error).message}${placeOf(error)}`);
  }
}

/** Where it went wrong; of a syntax error Node tells that to nobody but a terminal. */
function placeOf(error: unknown): string {
  const stack = error instanceof Error ? error.stack : undefined;
  const [, place] = /file:\/\/(\/.*?:\d+)/.exec(stack ?? '') ?? [];
  if (place !== undefined) return `, at ${place}`;
  return error instanceof SyntaxError ? '; node --check FILE says where' : '';
}

const isPlaybook = (given: unknown): given is Playbook<unknown> =>
  typeof given === 'function' || typeof Object(given).start === 'function';

/** What they say is for findFailure to check. */
const isOptions = (given: unknown): given is SearchOptions =>
  typeof given === 'object' && given !== null;
