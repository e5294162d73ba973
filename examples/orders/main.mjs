/**
 * A service that survives its upstream, its workers and its peers, in front of your eyes.
 *
 *     npm start              until Ctrl-C
 *     npm start -- --once    every act once; exits 0 if all was seen that was promised
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createRuntime } from 'holdfast';
import { inspector } from 'holdfast/inspector';
import {
  bufferTime,
  distinctUntilChanged,
  filter,
  firstValueFrom,
  map,
  skip,
  startWith,
  tap,
} from 'rxjs';
import { Callers } from './callers.mjs';
import { openCounter } from './counter.mjs';
import { LinesFile } from './lines-file.mjs';
import { named } from './peer-sentence.mjs';
import { Processes } from './processes.mjs';
import { Programs } from './programs.mjs';
import { prove } from './proof.mjs';
import { brokenPromises, report } from './report.mjs';
import { openShop, PLAN } from './shop.mjs';
import { Stage } from './stage.mjs';
import { acts, play, playForever } from './story.mjs';
import { openStreet } from './street.mjs';
import { summaryOf, Tally } from './tally.mjs';
import { lookOf, Timeline } from './timeline.mjs';
import { plain } from './words.mjs';

const SUMMARY_MS = 1_000;
const FILE_BYTES_MAX = 4 * 1024 * 1024;
const PLAYED_KEPT_MAX = 50;

const { values } = parseArgs({ options: { once: { type: 'boolean', default: false } } });
const folder = join(import.meta.dirname, '../../data/orders');
const dataDir = join(folder, 'holdfast');
/** What `holdfast vm build --dir` made there, if anybody had it made. */
const imageDir = join(folder, 'image');
const keyFile = join(folder, 'master.key');
const factsFile = new LinesFile(join(folder, 'facts.ndjson'), FILE_BYTES_MAX);
const logFile = new LinesFile(join(folder, 'log.ndjson'), FILE_BYTES_MAX);
const timeline = new Timeline(
  (text) => process.stdout.write(text),
  lookOf(process.stdout, process.env),
);
const tally = new Tally();
/** @type {import('./story.mjs').Played[]} */
const played = [];
const processes = new Processes();
const closing = new AbortController();
/** @type {NodeJS.Signals | undefined} */
let endedBy;
// The log is verified before the process ends as the signal would have ended it.
for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.once(name, () => {
    endedBy = name;
    closing.abort();
    void runtime.shutdown();
  });
}

// Nobody reads on, as in `npm start | head`: there is nothing left to show.
process.stdout.on('error', () => process.exit(1));
// What the runtime logs, the timeline tells in words.
process.stderr.write = (text) => {
  logFile.append(String(text).trimEnd());
  return true;
};

const programs = new Programs(process.env.PATH ?? '');
process.on('exit', () => programs.close());
process.env.PATH = programs.folder;

const runtime = await createRuntime({
  name: 'orders',
  dataDir,
  masterKey: { file: keyFile, create: true },
  timeouts: { askMs: 5_000 },
  limits: { requestsPerSecond: 50, requestsBurst: 100 },
  vm: existsSync(imageDir) ? { imageDir } : {},
  diagnostics: { port: 0 },
  inspector: inspector(),
});
/** @type {Map<string, string>} of peers, by identity */
const names = new Map();
runtime.events$.subscribe({
  next: (fact) => {
    factsFile.append(JSON.stringify(fact));
    if (fact.type === 'runtime.closing') timeline.heading('shutdown, in phases');
    timeline.fact(named(fact, names));
    tally.fact(fact);
    if (fact.type !== 'runtime.closing' && fact.type !== 'runtime.failed') return;
    callers.stop();
    closing.abort();
  },
  complete: () => {
    const broken = brokenPromises(played, values.once ? acts.length : 0, processes);
    const lines = report(played, tally, runtime.deadLetters, processes);
    for (const line of lines) timeline.block(line);
    for (const promise of broken) timeline.block(`    not kept: ${promise}`);
    if (broken.length === 0) timeline.block('    every promise was kept');
    if (factsFile.isLost) timeline.block('    facts.ndjson is not whole: it could not be written');
    if (broken.length > 0) process.exitCode = 1;
  },
});

timeline.block(PLAN);
timeline.block(
  '  Ctrl-C shuts down in phases. Every fact goes to data/orders/facts.ndjson and, sealed, to\n' +
    '  the audit log in data/orders/holdfast, which is verified at the end. To watch, open:\n' +
    `  ${runtime.inspectorUrl}\n`,
);
const shop = openShop(runtime);
const { upstream, prices, workers, quote } = shop;

const callers = new Callers(workers);
callers.outcomes$.subscribe((outcome) => tally.call(outcome));
callers.outcomes$.pipe(bufferTime(SUMMARY_MS)).subscribe((outcomes) => {
  const summary = summaryOf(outcomes);
  if (summary !== undefined) timeline.say('call', 'callers', summary);
});
processes.watch(upstream, ({ pid, port }) => {
  timeline.say('move', 'upstream', `starting → serving: process ${pid} at port ${port}`);
});
openCounter(runtime, quote);
const { url } = await runtime.peers.listen();
const street = openStreet(runtime, {
  url,
  folder: join(folder, 'peers'),
  onStarted: (neighbour) => {
    processes.watch(neighbour, ({ pid, id = '' }) => {
      names.set(id, neighbour.id);
      timeline.say('move', neighbour.id, `starting → serving: process ${pid}, a peer`);
    });
  },
});
street.told$.subscribe((fact) => timeline.fact(fact));
const staleBecause$ = prices.changes$.pipe(
  map(({ context }) => plain(context.because)),
  startWith(''),
  distinctUntilChanged((before, after) => (before === '') === (after === '')),
  skip(1),
);
staleBecause$.subscribe((because) => {
  timeline.say('move', 'prices', because === '' ? 'stale → fresh' : `fresh → stale: ${because}`);
});

const filled$ = prices.changes$.pipe(
  filter(({ context }) => Object.keys(context.cents).length > 0),
  tap(() => callers.start()),
);
await firstValueFrom(filled$, { defaultValue: undefined });
const stage = new Stage(runtime, { shop, street, programs }, callers.outcomes$, timeline);
const story = (values.once ? play : playForever)(stage, closing.signal);
for await (const act of story) {
  played.push(act);
  if (played.length > PLAYED_KEPT_MAX) played.shift();
}
await runtime.shutdown();
programs.close();
const proof = prove({ dataDir, keyFile, copyDir: join(folder, 'holdfast-copy') });
for (const line of proof.lines) timeline.block(line);
for (const promise of proof.broken) timeline.block(`    not kept: ${promise}`);
if (proof.broken.length > 0) process.exitCode = 1;
if (endedBy !== undefined) process.kill(process.pid, endedBy);
