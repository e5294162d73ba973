import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type {
  Vm,
  VmDriver,
  VmEvents,
  VmEvidence,
  VmSpec,
  VmUnavailable,
} from '../../../../actors/vm-drivers.ts';
import { agentFlags } from '../agent-flags.ts';
import { JAIL_UID } from '../enclosure.ts';
import { factOf } from '../process-facts.ts';
import { Trial } from '../trial.ts';
import { tryEscapes } from './escapes.ts';
import { findEvidence } from './evidence.ts';
import { AGENT, findGround, type Ground, REALM } from './ground.ts';
import { asJailed, Jailed, type JailLimits, type JailSpec, mountsOf } from './jail.ts';
import { findJailTools, isUnavailable, namespacesFix } from './jail-tools.ts';
import { JailedGuest } from './jailed-guest.ts';
import { ProcessVm } from './process-vm.ts';

const run = promisify(execFile);

const MIB = 1024 * 1024;
/** What Node takes to start; less of it stays once the guest is there. */
const START_BYTES = 256 * MIB;
/** Node maps a gigabyte, most of which it never touches. */
const ADDRESS_BYTES = 4_096 * MIB;
/** Of Node's own, on its heap, and between that and the limit of the system. */
const OWN_HEAP_BYTES = 8 * MIB;
const SLACK_BYTES = 32 * MIB;
const YOUNG_MIB = 2;
/** Node starts eleven threads. */
const THREADS_MAX = 16;
const FILES_MAX = 64;

/** Of whom `probe` makes one. */
const PROBED_BYTES = 32 * MIB;

function jailSpecOf(ground: Ground, memoryBytesMax: number): JailSpec {
  const permission = process.allowedNodeEnvironmentFlags.has('--permission')
    ? '--permission'
    : '--experimental-permission';
  const heapMib = Math.ceil((memoryBytesMax + OWN_HEAP_BYTES) / MIB);
  return {
    program: [
      '/node',
      ...agentFlags,
      permission,
      ...[AGENT, REALM].map((path) => `--allow-fs-read=${path}`),
      `--max-old-space-size=${heapMib}`,
      `--max-semi-space-size=${YOUNG_MIB}`,
      AGENT,
      '3',
      '3',
    ],
    files: ground.files,
    texts: ground.programs,
    descriptors: ['pipe'],
    limits: {
      dataBytesMax: START_BYTES + memoryBytesMax,
      addressBytesMax: ADDRESS_BYTES + memoryBytesMax,
      processesMax: THREADS_MAX,
      filesMax: FILES_MAX,
    },
    filter: ground.filter,
  };
}

/** Now that Node is there: no more than it has, and what its guest may have. */
async function tighten(
  ground: Ground,
  pid: number,
  limits: JailLimits,
  memoryBytesMax: number,
): Promise<JailLimits> {
  const status = await factOf(pid, 'status');
  const held = Number(/^VmData:\s*(\d+) kB$/m.exec(status)?.[1]) * 1024;
  const dataBytesMax = held + SLACK_BYTES + memoryBytesMax;
  const data = `--data=${dataBytesMax}:${dataBytesMax}`;
  // Root may lack the capability to, but each may lower what is their own.
  const command = [ground.tools.prlimit, '--pid', `${pid}`, data];
  const [program = '', ...args] = asJailed(ground.tools, command);
  await run(program, args, { env: {} });
  return { ...limits, dataBytesMax };
}

const late: VmUnavailable = {
  unavailable: 'bubblewrap did not make a jail in time',
  fix: 'apt-get install --reinstall bubblewrap',
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : '?');

const lastLineOf = (text: string): string => text.split('\n').at(-1) ?? '';

class ProcessDriver implements VmDriver {
  readonly isolation = 'process';
  #ground: Ground | undefined;

  async probe(signal: AbortSignal): Promise<VmEvidence | VmUnavailable> {
    const trial = new Trial();
    const vm = await this.create({ memoryBytesMax: PROBED_BYTES }, trial, signal);
    if (isUnavailable(vm)) return vm;
    const end = (): void => vm.kill();
    signal.addEventListener('abort', end);
    const reached = await trial.escapeOf(vm);
    signal.removeEventListener('abort', end);
    end();
    if (reached !== undefined) return reached;
    const ground = await this.#findGround(signal);
    if (isUnavailable(ground)) return ground;
    const spec = jailSpecOf(ground, PROBED_BYTES);
    const escapesTried = await tryEscapes(ground.tools, spec, signal);
    if (typeof escapesTried !== 'number') return escapesTried;
    return { ...vm.evidence, found: { ...vm.evidence.found, escapesTried } };
  }

  async create(spec: VmSpec, events: VmEvents, signal: AbortSignal): Promise<Vm | VmUnavailable> {
    const ground = await this.#findGround(signal);
    if (isUnavailable(ground)) return ground;
    const jailSpec = jailSpecOf(ground, spec.memoryBytesMax);
    const guest = new JailedGuest(new Jailed(ground.tools, jailSpec));
    const letGo = guest.jailed.heed(signal);
    try {
      const evidence = await this.#prove(ground, guest, jailSpec, spec, signal);
      if (isUnavailable(evidence)) return evidence;
      if (guest.isOver) return { unavailable: 'it ended as soon as it was there' };
      return new ProcessVm(guest, evidence, events);
    } finally {
      letGo();
    }
  }

  /** What keeps it in, read back now that it is there; or why not, and then it is gone. */
  async #prove(
    ground: Ground,
    guest: JailedGuest,
    jailSpec: JailSpec,
    { memoryBytesMax }: VmSpec,
    signal: AbortSignal,
  ): Promise<VmEvidence | VmUnavailable> {
    const { jailed } = guest;
    try {
      const isReady = await guest.ready;
      const pid = jailed.programPid;
      if (!isReady || pid === undefined) return await this.#whyNot(jailed, signal);
      const limits = await tighten(ground, pid, jailSpec.limits, memoryBytesMax);
      const { found, amiss } = await findEvidence(pid, {
        uid: ground.tools.setpriv === undefined ? (process.getuid?.() ?? 0) : JAIL_UID,
        executable: ground.node,
        commandLine: jailSpec.program,
        limits,
        mounts: mountsOf(jailSpec),
        isFiltered: true,
      });
      if (amiss.length === 0) {
        const engine = `node ${process.versions.node}`;
        return { isolation: 'process', engine, digests: ground.digests, found };
      }
      jailed.kill();
      return { unavailable: `the jail is not as it should be: ${amiss.join('; ')}` };
    } catch (error) {
      jailed.kill();
      return { unavailable: `what keeps it in could not be read: ${messageOf(error)}` };
    }
  }

  async #whyNot(jailed: Jailed, signal: AbortSignal): Promise<VmUnavailable> {
    jailed.kill();
    const { stderr, code } = await jailed.exited;
    if (signal.aborted) return late;
    this.#ground = undefined;
    const tools = await findJailTools(signal);
    if (isUnavailable(tools)) return tools;
    const reason = stderr === '' ? `exit ${code}` : lastLineOf(stderr);
    return { unavailable: `no jail could be made: ${reason}`, fix: await namespacesFix() };
  }

  async #findGround(signal: AbortSignal): Promise<Ground | VmUnavailable> {
    if (signal.aborted) return { unavailable: 'it was given up before it began' };
    if (this.#ground !== undefined) return this.#ground;
    try {
      const ground = await findGround(process.execPath, signal);
      if (signal.aborted) return late;
      if (!isUnavailable(ground)) this.#ground = ground;
      return ground;
    } catch (error) {
      return signal.aborted ? late : { unavailable: messageOf(error) };
    }
  }
}

/** Node in a jail of bubblewrap, on the kernel of this machine. Used on the main thread only. */
export const processDriver = (): VmDriver => new ProcessDriver();
