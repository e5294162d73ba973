import type { Isolation } from '../machines/isolation.ts';

/** How a call of a guest ended badly. Each is the guest's own doing, but for the last. */
export type VmFault =
  /** It threw. */
  | 'VM_ERROR'
  | 'VM_TIMEOUT'
  | 'VM_CPU'
  | 'VM_MEMORY'
  /** It printed too much, or asked the host too often. */
  | 'VM_OUTPUT'
  /** What it returned is too large, or is nothing that JSON can say. */
  | 'VM_RESULT'
  /** It said what no guest of ours says. */
  | 'VM_PROTOCOL'
  | 'VM_CRASHED'
  | 'VM_CANCELLED';

/** What a guest runs: a script whose completion value, awaited, is what it returns. */
export interface VmCall {
  readonly code: string;
  /** As JSON; the guest finds it parsed, as `input`. */
  readonly input: string;
  /** Of what it returns, as JSON in UTF-8. */
  readonly resultBytesMax: number;
}

export type VmOutcome =
  /** What it returned, as JSON. Not to be believed: a guest may say whatever it likes. */
  | { readonly ok: true; readonly output: string }
  /** `message` is the guest's own, cut to 1,024 characters. */
  | { readonly ok: false; readonly fault: VmFault; readonly message: string };

/** Why there is no guest any more: killed by us, or what the system says of it. */
export interface VmExit {
  readonly because: 'killed' | 'memory' | 'cpu' | 'crashed';
  /** Exit code or signal, as the system names it, for whoever operates it. */
  readonly status: string;
}

/** Called on the stack of the event, never on that of a call to the guest. They may not throw. */
export interface VmEvents {
  /** Text that it printed: at most 65,536 characters, as they come. */
  onPrinted(text: string): void;
  /** It asks the host for something, with `input` as JSON, and waits for `answer`. */
  onHostCall(id: number, name: string, input: string): void;
  /** The call is over. Once for each call, unless the guest ends before. */
  onOutcome(outcome: VmOutcome): void;
  onPong(nonce: string): void;
  /** What it said is nothing that a guest says: it is to be killed. */
  onViolated(because: string): void;
  /** Once; nothing comes after it, and nothing of the guest is left. */
  onExited(exit: VmExit): void;
}

export interface VmUsage {
  /** Of all its calls. */
  readonly cpuMs: number;
  readonly memoryBytes: number;
}

/** A guest. It is for one tenant, for it may break itself, and whatever it holds. */
export interface Vm {
  /** What keeps it in, as it was read back from the system once it was there. */
  readonly evidence: VmEvidence;
  /** One at a time. */
  call(call: VmCall): void;
  /** What the host says to what it asked: JSON, or why not. */
  answer(id: number, answer: { readonly output: string } | { readonly refused: string }): void;
  /** Answered by the guest's own agent, which a busy or broken guest does not do. */
  ping(nonce: string): void;
  usage(): Promise<VmUsage>;
  /** At once, whatever it is doing. `onExited` follows. May be called again. */
  kill(): void;
}

/** What was found in force, and with which bytes. Digests are SHA-256 in hex. */
export interface VmEvidence {
  readonly isolation: Isolation;
  /** What emulates or runs it: `quickjs-ng`, `node`, `qemu-tcg`, `qemu-kvm`. */
  readonly engine: string;
  readonly digests: Readonly<Record<string, string>>;
  /** What was read back: uid, capabilities, seccomp, namespaces, limits, devices. */
  readonly found: Readonly<Record<string, string | number | boolean>>;
}

/** It cannot be had here: nothing that is not trusted has run. */
export interface VmUnavailable {
  readonly unavailable: string;
  /** The one command that mends it, if there is one. */
  readonly fix?: string | undefined;
  /** Guests that run took the time that it needs: it says nothing of its level. */
  readonly isBusy?: true;
  /** Nothing is made any more. */
  readonly isStopped?: true;
}

export interface VmSpec {
  /** For the program of the guest, above what its level takes by itself. */
  readonly memoryBytesMax: number;
}

/** One level of isolation. What it is given by `signal` it must heed within a second. */
export interface VmDriver {
  readonly isolation: Isolation;
  /** Nobody has set it up: only who wishes for it is told why it cannot be had. */
  readonly isUnset?: true;
  /** Starts one, tries from within what must not work, and ends it: whether it holds. */
  probe(signal: AbortSignal): Promise<VmEvidence | VmUnavailable>;
  /** One that has run nothing yet. Ended before it is there, it is unavailable. */
  create(spec: VmSpec, events: VmEvents, signal: AbortSignal): Promise<Vm | VmUnavailable>;
}

export interface VmDrivers extends Readonly<Record<Isolation, VmDriver>> {
  /** So many guests of a level can be made at once, and none of them be late for the others. */
  readonly startsMax: number;
}
