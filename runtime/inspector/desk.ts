import type { Answer } from '../../actors/http.ts';
import type { Clock } from '../../storage/ports.ts';
import type { Inspected } from '../inspected.ts';
import type { InspectorOptions } from '../options/inspector.ts';
import { ActorDetails } from './actor-detail.ts';
import { empty, filled, json, refused } from './answers.ts';
import { Commands } from './commands.ts';
import { explain, type Question } from './explain.ts';
import { recordsOf, verificationOf } from './log-pages.ts';
import { panelsOf } from './panels/panels.ts';
import { streamOfPieces } from './piece-stream.ts';
import { type PanelName, panels as panelNames } from './protocol.ts';
import { Recorder } from './recorder.ts';
import { recordingOf } from './recording.ts';
import type { Page } from './site/site.ts';
import { openWatch, type Viewer, type Watch } from './stream.ts';
import { streamOf } from './viewer-stream.ts';

/** What may be asked of an inspector by whoever was let in, until it is closed. */
export interface Desk {
  readonly pages: ReadonlyMap<string, Page>;
  close(): void;
}

/** Each reads the log, which is work. */
const READERS_MAX = 4;
/** Of each grant: whoever may only look takes no place of whoever may command. */
const RECORDINGS_MAX = 2;
const BUSY = 'that is being done already: ask again later';

export function deskOf(inspected: Inspected, { control, show }: InspectorOptions): Desk {
  const { kernel, audit, clock } = inspected;
  const recorder = new Recorder(kernel);
  const timeOf = (atMs: number): number => recorder.timeOf(atMs);
  const watch = openWatch(inspected, recorder, panelsOf(inspected, timeOf));
  const details = new ActorDetails(kernel, timeOf, show);
  const commands = new Commands(inspected, control !== false);
  const [reading, verifying] = [new Turns(READERS_MAX), new Turns(1)];
  const recordings = { view: new Turns(RECORDINGS_MAX), control: new Turns(RECORDINGS_MAX) };
  const record = (onOver: () => void): Answer =>
    recording(streamOfPieces(recordingOf(kernel, recorder), clock, onOver));
  const facts = () => recorder.facts().map(({ fact }) => fact);
  const get = (answer: Page['answer']): Page => ({ method: 'GET', answer });
  const post = (answer: Page['answer']): Page => ({ method: 'POST', answer });
  const pages = new Map<string, Page>([
    ['stream', get((_, visitor) => told(watch.open(commands.allowed(visitor)), clock))],
    ['watch', post((query) => watched(watch, query))],
    ['actor', get((query) => actor(details, query))],
    ['explain', get((query) => reading.take(() => explained({ facts, audit }, query)))],
    ['audit', get((query) => reading.take(() => recordsOf(audit, query)))],
    ['verify', post(() => verifying.take(() => verificationOf(audit)))],
    ['recording', get((_, { grant }) => recordings[grant].hold(record))],
    ['command', post((query, visitor) => commands.answer(query, visitor))],
  ]);
  const close = (): void => {
    watch.close();
    recorder.close();
  };
  return { pages, close };
}

/** So many at once, and no queue. */
class Turns {
  #left: number;

  constructor(atOnce: number) {
    this.#left = atOnce;
  }

  async take(work: () => Promise<Answer>): Promise<Answer> {
    if (this.#left === 0) return refused('NOT_NOW', BUSY);
    this.#left -= 1;
    try {
      return await work();
    } finally {
      this.#left += 1;
    }
  }

  /** An answer that goes on holds its turn until it is over, as it says once. */
  hold(begin: (onOver: () => void) => Answer): Answer {
    if (this.#left === 0) return refused('NOT_NOW', BUSY);
    this.#left -= 1;
    return begin(() => {
      this.#left += 1;
    });
  }
}

const NAME_CHARACTERS_MAX = 1_000;

/** Whoever stands between and compresses it would keep it until there is more. */
const ON_ITS_WAY = { 'Cache-Control': 'no-store, no-transform', 'X-Accel-Buffering': 'no' };

const told = (viewer: Viewer, clock: Clock): Answer =>
  filled('text/event-stream', streamOf(viewer, clock), ON_ITS_WAY);

function watched(watch: Watch, query: URLSearchParams): Answer {
  const viewer = watch.find(query.get('viewer') ?? '');
  if (viewer === undefined) return refused('NOT_THERE', 'there is no such viewer, or no more');
  const named = new Set((query.get('panels') ?? '').split(','));
  const isNamed = (name: PanelName): boolean => named.has(name);
  viewer.watch(panelNames.filter(isNamed));
  return empty(204);
}

function actor(details: ActorDetails, query: URLSearchParams): Answer {
  const path = query.get('path') ?? '';
  const detail = path.length > NAME_CHARACTERS_MAX ? undefined : details.of(path);
  if (detail === undefined) return refused('NOT_THERE', 'there is no such actor, or no more');
  return json(detail);
}

async function explained(
  sources: Parameters<typeof explain>[0],
  query: URLSearchParams,
): Promise<Answer> {
  const [id, subject] = [query.get('id'), query.get('subject')];
  const question: Question = id === null ? { subject: subject ?? '' } : { id };
  const found = await explain(sources, question);
  if (found !== undefined) return json(found);
  return refused('NOT_THERE', 'nothing that was decided about it is known any more');
}

const recording = (trace: ReadableStream<Uint8Array>): Answer =>
  filled('application/x-ndjson', trace, {
    'Content-Disposition': 'attachment; filename="trace.ndjson"',
  });
