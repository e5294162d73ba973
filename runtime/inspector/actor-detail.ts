import { type AnyActorRef, isMachineSnapshot } from 'xstate';
import { nameOf } from '../chart-of.ts';
import { describeError } from '../errors.ts';
import { Branch } from '../kernel/branch.ts';
import type { Child } from '../kernel/child.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { Leaf } from '../kernel/leaf.ts';
import { snapshotOf } from '../kernel/xstate.ts';
import { maskSecrets } from '../masking.ts';
import { Redactor } from '../redaction.ts';
import type { ActorDetail } from './panel-shapes.ts';

interface Found {
  /** What it is under, or itself; a chart of the house is under nothing. */
  readonly child: Child | undefined;
  /** Itself, or one that lives in it. */
  readonly ref: AnyActorRef | undefined;
}

type Told = Omit<ActorDetail, 'path' | 'policy' | 'deadlines'>;

const DEADLINES_MAX = 100;
const TAGS_MAX = 100;
const words = ['backoff', 'jitter', 'kind', 'restart', 'restore', 'strategy'];

/** Policies hold what an embedder wrote, and input, which may hold anything. */
const policies = new Redactor({ allow: words });

/** Tells of one actor what may be told of it: text in its data, only under the names of `show`. */
export class ActorDetails {
  readonly #kernel: Pick<Kernel, 'root' | 'system' | 'charts'>;
  readonly #timeOf: (monotonicMs: number) => number;
  readonly #data: Redactor;

  constructor(
    kernel: Pick<Kernel, 'root' | 'system' | 'charts'>,
    timeOf: (monotonicMs: number) => number,
    show: readonly string[],
  ) {
    this.#kernel = kernel;
    this.#timeOf = timeOf;
    this.#data = Redactor.ofOthers(show);
  }

  /** Undefined if there is none there, or none any more. */
  of(path: string): ActorDetail | undefined {
    const found = this.#find(path) ?? this.#chart(path);
    if (found === undefined) return undefined;
    const { child, ref } = found;
    return {
      path,
      ...this.#told(ref, child),
      deadlines: ref === undefined ? [] : this.#deadlinesOf(ref),
      policy: child === undefined ? {} : policyOf(child),
    };
  }

  /** As the page names it: its names are masked. */
  #find(path: string): Found | undefined {
    let child: Child = this.#kernel.root;
    let inner: AnyActorRef | undefined;
    for (const part of path === '' ? [] : path.split('/')) {
      if (inner !== undefined || child instanceof Leaf) {
        inner = innerOf(inner ?? child.ref, part);
        if (inner === undefined) return undefined;
      } else {
        const next = child instanceof Branch ? namedIn(child, part) : undefined;
        if (next === undefined) return undefined;
        child = next;
      }
    }
    return { child, ref: inner ?? child.ref };
  }

  #chart(name: string): Found | undefined {
    for (const chart of this.#kernel.charts) {
      if (nameOf(chart.name) === name) return { child: undefined, ref: chart.ref };
    }
    return undefined;
  }

  #told(ref: AnyActorRef | undefined, child: Child | undefined): Told {
    const snapshot: unknown = ref === undefined ? undefined : snapshotOf(ref);
    const { context, output, error } = Object(snapshot);
    const failure = error ?? child?.ending?.error;
    return {
      context: this.#data.redact(context),
      ...(output === undefined ? {} : { output: this.#data.redact(output) }),
      ...(failure === undefined ? {} : { error: this.#failure(failure) }),
      tags: isMachineSnapshot(snapshot) ? [...snapshot.tags].slice(0, TAGS_MAX).map(nameOf) : [],
    };
  }

  /** Facts tell as much of an error. */
  #failure(error: unknown): unknown {
    return error instanceof Error ? describeError(error) : this.#data.redact(error);
  }

  #deadlinesOf(ref: AnyActorRef): ActorDetail['deadlines'] {
    const pending = this.#kernel.system.pendingOf(ref).slice(0, DEADLINES_MAX);
    return pending.map(({ event, dueAtMs }) => ({
      event: maskSecrets(String(event.type)),
      dueAtMs: this.#timeOf(dueAtMs),
    }));
  }
}

function namedIn(branch: Branch, part: string): Child | undefined {
  const named = branch.children.get(part);
  if (named !== undefined || !part.includes('[')) return named;
  for (const [id, child] of branch.children) if (nameOf(id) === part) return child;
  return undefined;
}

function innerOf(ref: AnyActorRef | undefined, part: string): AnyActorRef | undefined {
  if (ref === undefined) return undefined;
  const children: Readonly<Record<string, AnyActorRef | undefined>> = Object(
    Object(snapshotOf(ref)).children,
  );
  if (Object.hasOwn(children, part)) return children[part];
  if (!part.includes('[')) return undefined;
  const id = Object.keys(children).find((each) => nameOf(each) === part);
  return id === undefined ? undefined : children[id];
}

function policyOf(child: Child): ActorDetail['policy'] {
  const { input: _, ...policy } = { input: undefined, ...child.policy };
  return policies.fields(child instanceof Branch ? { ...policy, ...child.grants } : policy);
}
