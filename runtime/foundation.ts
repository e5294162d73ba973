import { boundedFiles, boundedKv } from '../actors/bounded-ports.ts';
import { within } from '../actors/deadline.ts';
import { IsolationActor } from '../actors/isolation.actor.ts';
import { peerIdOf } from '../actors/peer/wire/peer-id.ts';
import type { RecordedFacts } from '../actors/recorded-facts.ts';
import type { World } from '../actors/world.ts';
import { AuditLog } from './audit.ts';
import { Breaker } from './breaker.ts';
import { Breakers } from './breakers.ts';
import { type Control, openControl } from './control.ts';
import type { Controlled } from './control-session.ts';
import { mmdbFor } from './countries-reader.ts';
import { type Data, type DataTools, openData, openMemory } from './data.ts';
import type { Diagnosed } from './endpoints/diagnosed.ts';
import { diagnosticsOf } from './endpoints/diagnostics.ts';
import { Endpoints } from './endpoints.ts';
import { describeError, HoldfastError } from './errors.ts';
import { FactRecorder } from './fact-recorder.ts';
import { Health } from './health.ts';
import { type OwnCheckTools, ownChecks } from './health-checks.ts';
import type { Inspected, Inspecting } from './inspected.ts';
import { Charts } from './kernel/charts.ts';
import { Kernel } from './kernel/kernel.ts';
import { Persistence } from './kernel/persistence.ts';
import { TimerWheel } from './kernel/timer-wheel.ts';
import { openKeys, ownKeyOf } from './key-opening.ts';
import { Keys } from './keys.ts';
import { type Modes, openModes } from './modes.ts';
import { breakerOptions } from './options/breaker.ts';
import type { RuntimeOptions } from './options/runtime.ts';
import { sandboxOptions } from './options/sandbox.ts';
import { supervisorOptions } from './options/supervisor.ts';
import type { OwnIdentity } from './own-identity.ts';
import { OwnModes } from './own-modes.ts';
import { openPeers } from './peering.ts';
import type { Peers } from './peers.ts';
import type { CallTools } from './protect.ts';
import { Sandboxes } from './sandboxes.ts';
import { saveBreakers } from './saved-breakers.ts';
import { asHoldfastError } from './storage-errors.ts';
import { LogWitness } from './witness.ts';

/** What everything in a runtime stands on. */
export interface Foundation {
  readonly kernel: Kernel;
  readonly tools: CallTools;
  readonly audit: AuditLog;
  /** Those that may only be acted on once they are in that log. */
  readonly recorded: Pick<RecordedFacts, 'tell'>;
  readonly witness: LogWitness;
  readonly peers: Peers;
  readonly own: OwnIdentity;
  readonly keys: Keys;
  readonly sandboxes: Sandboxes;
  readonly modes: Modes;
  readonly endpoints: Endpoints;
  readonly health: Health;
  /** Closes what is written to, and gives the directory back. Never fails. */
  close(deadlineMs: number): Promise<void>;
}

const KEY_BREAKER = 'holdfast.keys';
/** Of the time to close in; the rest is for giving the directory back. */
/** For the answer of a guest's agent to a ping. */
const PING_MS = 2_000;
/** For what was killed to be gone. */
const SANDBOXES_MS = 5_000;
const HEALTH_MS = 60_000;
const STORES_SHARE = 0.9;
/** For all feeds to be read for the first time; who is late is heeded later. */
const FEEDS_MS = 30_000;

/** @throws {HoldfastError} if `dataDir` cannot be opened; then nothing is left behind. */
export async function layFoundation(
  world: World,
  options: RuntimeOptions,
  onRootFailed: (error: unknown, causeId: string) => void,
  life: Pick<Diagnosed, 'health' | 'hasFailed'>,
): Promise<Foundation> {
  const recorder = new FactRecorder();
  const kernel = new Kernel(world, options, supervisorOptions.parse({}), onRootFailed, recorder);
  const charts = new Charts(kernel, world.random.stream('breakers'));
  const breakers = openBreakers(kernel, charts, options);
  const wheel = new TimerWheel(world.clock);
  const close = (): void => {
    breakers.close();
    wheel.close(new HoldfastError('RUNTIME_STOPPED', 'the runtime has stopped'));
  };
  const data = await openAny(world, options, kernel, breakers).catch((error: unknown) => {
    close();
    throw error;
  });
  const witness = new LogWitness(data.witness, kernel);
  recorder.attach((record, policy) => data.audit.record(record, policy));
  await openSaved(kernel, data, breakers).catch(async (error: unknown) => {
    close();
    await closeData({ ...data, witness }, kernel, options.timeouts.shutdownMs);
    throw asHoldfastError(error);
  });
  const files = boundedFiles(world.files, world.clock);
  const audit = new AuditLog(data.audit, kernel, { files, dataDir: data.path });
  const isReadOnly = (): boolean => data.audit.isRefusing;
  const ownModes = new OwnModes(kernel);
  const { sandboxes, isolation } = openSandboxes(world, kernel, options, () =>
    modes.isolation.moved(),
  );
  const { actor, lookAgain, close: closeKeys } = await openKeys(world, kernel, options, data);
  const { peers, own, routes, load, feeds, renew, rotateKeys } = openPeers(
    {
      ...{ world, kernel, charts, wheel, breakers, isReadOnly, data, log: audit, witness },
      ...{ sandboxes, ownModes, mmdb: await mmdbFor(options.network), own: ownKeyOf(actor) },
    },
    options,
  );
  actor.onChanged = () => renew(ownKeyOf(actor), (key) => actor.isHonoured(peerIdOf(key)));
  const keys = new Keys(world.clock, actor, audit, kernel.facts, rotateKeys, data.master);
  const sources = { audit: data.audit, isolation, routes, load, own: ownModes };
  const { modes, close: closeModes } = openModes(kernel, sources);
  const health = openHealth(world, kernel, options, { path: data.path, modes, peers, breakers });
  const parts = { kernel, breakers, audit, peers, modes, ...life };
  const recorded = data.audit.facts;
  const inspecting = inspect(world, { ...parts, sandboxes, isolation, recorded }, options);
  const { endpoints, ...told } = openEndpoints(world, { ...parts, inspecting }, options);
  await within(world.clock, FEEDS_MS, feeds.read()).catch(() => {});
  const control = await controlOf(world, kernel, data, { audit, peers, keys, ...told }, lookAgain);
  return {
    tools: { breakers, ...toolsOf(world), wheel, isReadOnly, ownModes },
    ...{ kernel, audit, keys, recorded, witness, peers, own, sandboxes, modes, health, endpoints },
    close: async (deadlineMs) => {
      inspecting?.close();
      health.stop();
      peers.drop();
      for (const part of [ownModes, endpoints]) part.settle();
      close();
      await Promise.all([sandboxes.close(), control.close(), closeKeys()]);
      await closeData({ ...data, witness }, kernel, deadlineMs);
      closeModes();
      endpoints.close();
    },
  };
}

const openBreakers = (kernel: Kernel, charts: Charts, { limits }: RuntimeOptions): Breakers =>
  new Breakers(charts, limits.breakersMax, breakerOptions.parse({}), (opened) =>
    kernel.trips.trip(opened),
  );

const inspect = (
  { clock, random }: World,
  parts: Omit<Inspected, 'name' | 'clock' | 'random'>,
  { name, inspector }: RuntimeOptions,
): Inspecting | undefined =>
  inspector?.attach({ name, clock, random: random.stream('inspector'), ...parts });

interface DiagnosedParts extends Omit<Diagnosed, 'name' | 'standings'> {
  readonly kernel: Kernel;
  readonly modes: Modes;
  readonly inspecting: Inspecting | undefined;
}

function openEndpoints(
  { http, random }: World,
  { modes, inspecting, ...parts }: DiagnosedParts,
  { name, diagnostics }: RuntimeOptions,
) {
  const { kernel } = parts;
  const stream = random.stream('diagnostics');
  const standings = (): Record<string, unknown> => {
    const { audit, isolation, route, load, own } = modes;
    const all = [...Object.entries({ audit, isolation, route, load }), ...own];
    return Object.fromEntries(all.map(([of, mode]) => [of, mode.snapshot()]));
  };
  const diagnosed = { name, standings, ...parts };
  const tools = {
    kernel: new Charts(kernel, stream),
    log: kernel.log,
    http,
    diagnosed,
    inspecting,
  };
  const draw = (length: number): Uint8Array => stream.bytes(length);
  const endpoints = new Endpoints({ ...tools, random: draw }, diagnostics);
  return {
    endpoints,
    inspectorUrls: () => endpoints.inspectorUrls,
    diagnose: () => diagnosticsOf(diagnosed),
  };
}

const toolsOf = ({ clock, containment, random }: World) => ({
  clock,
  containment,
  random: random.stream('retries'),
});

async function openAny(
  world: World,
  options: RuntimeOptions,
  kernel: Kernel,
  breakers: Breakers,
): Promise<Data> {
  const { name, audit: limits, dataDir, masterKey, timeouts } = options;
  const stream = world.random.stream('storage');
  const { clock } = world;
  const files = boundedFiles(world.files, clock);
  const kv = boundedKv(world.kv, clock);
  const tools: DataTools = {
    world: { ...world, files, kv },
    patientFiles: world.files,
    kernel: new Charts(kernel, world.random.stream('audit')),
    log: kernel.log,
    random: (length) => stream.bytes(length),
    name,
    limits,
    breaker: () => new Breaker(breakers, breakers.get(KEY_BREAKER)),
    providerMs: timeouts.keyProviderMs,
  };
  if (dataDir !== undefined && masterKey !== undefined) {
    return await openData(tools, dataDir, masterKey);
  }
  kernel.log.warn(
    {},
    'no dataDir: the audit log is in memory, keeps 16 MiB, and ends with the process',
  );
  return await openMemory(tools);
}

async function openSaved(kernel: Kernel, { state }: Data, breakers: Breakers): Promise<void> {
  if (state === undefined) return;
  kernel.persistence = await Persistence.open(kernel, state);
  saveBreakers(kernel.persistence, breakers);
}

function openSandboxes(
  world: World,
  kernel: Kernel,
  options: RuntimeOptions,
  onChanged: () => void,
) {
  const { clock, containment, vm: drivers } = world;
  const { limits, timeouts, vm } = options;
  const { warmMax } = vm;
  const isolation = new IsolationActor({
    kernel: new Charts(kernel, world.random.stream('isolation')),
    drivers,
    deadlines: { provisionMs: timeouts.provisionMs, pingMs: PING_MS, endMs: SANDBOXES_MS },
    warmMax: { isolate: warmMax, process: warmMax, microvm: warmMax },
    spec: { memoryBytesMax: sandboxOptions.parse({ code: '0' }).memoryBytesMax },
    healthMs: HEALTH_MS,
    onChanged,
  });
  const { sandboxesMax } = limits;
  const tools = { clock, containment, log: kernel.log, isolation, sandboxesMax };
  return { sandboxes: new Sandboxes(tools), isolation };
}

/** Nothing is checked any more once nothing new is let in. */
function openHealth(
  world: World,
  kernel: Kernel,
  { audit: { freeBytesMin }, load }: RuntimeOptions,
  {
    path,
    ...checked
  }: Pick<Data, 'path'> &
    Omit<OwnCheckTools, 'world' | 'disk' | 'load'> & { readonly peers: Peers },
): Health {
  const { containment } = world;
  const disk = path === undefined ? undefined : { path, freeBytesMin };
  const health = new Health({
    ...{ kernel: new Charts(kernel, world.random.stream('health')), facts: kernel.facts },
    ...{ containment, own: ownChecks({ world, disk, load, ...checked }) },
  });
  kernel.intake = {
    close: () => {
      health.stop();
      return checked.peers.close();
    },
  };
  return health;
}

/** One at a time: the next is opened once the last is closed. */
class ControlOf {
  readonly #open: () => Promise<Pick<Control, 'close'>>;
  #last: Promise<Pick<Control, 'close'> | undefined> = Promise.resolve(undefined);
  #isClosed = false;

  constructor(open: () => Promise<Pick<Control, 'close'>>) {
    this.#open = open;
  }

  async renew(): Promise<void> {
    this.#last = this.#last.then(async (last) => {
      await last?.close();
      return this.#isClosed ? undefined : await this.#open();
    });
    await this.#last;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await (await this.#last)?.close();
  }
}

async function controlOf(
  world: World,
  kernel: Kernel,
  { path, watch }: Pick<Data, 'path' | 'watch'>,
  controlled: Controlled,
  onLooked: () => void,
): Promise<ControlOf> {
  const control = new ControlOf(() => openControlOf(world, kernel, path, controlled));
  await control.renew();
  if (watch !== undefined) {
    watch.events = {
      onRemade: () => void control.renew(),
      onStateLost: () => kernel.persistence?.markAll(),
      onLooked,
    };
  }
  return control;
}

/** Nobody needs to reach a log in memory. */
async function openControlOf(
  { clock, sockets }: World,
  { log }: Kernel,
  path: string | undefined,
  controlled: Controlled,
): Promise<Pick<Control, 'close'>> {
  if (path === undefined) return { close: async () => {} };
  return await openControl({ clock, sockets, log }, `${path}/control.sock`, controlled);
}

/** What hangs may not keep the rest from being closed: each gets a share of the time. */
async function closeData(
  { audit, state, witness, release }: Omit<Data, 'witness'> & Pick<Foundation, 'witness'>,
  { clock, log }: Kernel,
  deadlineMs: number,
): Promise<void> {
  const close = (step: string, forMs: number, closing: Promise<void> | undefined): Promise<void> =>
    within(clock, forMs, Promise.resolve(closing)).catch((error: unknown) =>
      log.error({ step, error: describeError(error) }, 'not closed as it should be'),
    );
  const storesMs = deadlineMs * STORES_SHARE;
  await Promise.all([
    close('audit', storesMs, audit.close(storesMs)),
    close('state', storesMs, state?.close()),
    close('witness', storesMs, witness.close()),
  ]);
  await close('directory', deadlineMs - storesMs, release());
}
