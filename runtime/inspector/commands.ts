import type { Answer } from '../../actors/http.ts';
import { parseRange } from '../../actors/peer/door/cidr.ts';
import { publicKeyOfPeer } from '../../actors/peer/wire/peer-id.ts';
import { Breaker } from '../breaker.ts';
import { HoldfastError } from '../errors.ts';
import type { Inspected } from '../inspected.ts';
import { Branch } from '../kernel/branch.ts';
import type { Child } from '../kernel/child.ts';
import { Leaf } from '../kernel/leaf.ts';
import { type InspectorCommand, inspectorCommand } from '../options/inspector.ts';
import { readOptions } from '../options/read.ts';
import { asHoldfastError } from '../storage-errors.ts';
import { failed, json, refused } from './answers.ts';
import { type Command, commands } from './protocol.ts';
import type { Visitor } from './site/sessions.ts';

type Commanded = Pick<Inspected, 'kernel' | 'breakers' | 'peers' | 'recorded'>;
interface Order {
  readonly by: string;
  readonly reason: string;
  /** The fact that it was given. */
  readonly id: string;
}
/** Does it, and says who it was by. */
type Act = (order: Order) => void | Promise<void>;

const BAN_MS = 86_400_000;
/** Whoever types one line too fast must not lock out half the world, and itself. */
const BAN_BITS_MIN = { ipv4: 16, ipv6: 32 } as const;
/** Whom an isolation is by that an inspector may end. */
const BY = 'inspector';

const NOBODY = 'that is neither the id of a peer nor a range of addresses';
const OFF = 'inspector({ control }) is off: nobody commands here';
const VIEW = 'this token is for looking: another one, of rt.inspectorControlUrl, is for commands';

/** What may be done from the page. Nothing is done that is not on record before. */
export class Commands {
  readonly #commanded: Commanded;
  readonly #isOn: boolean;

  constructor(commanded: Commanded, isOn: boolean) {
    this.#commanded = commanded;
    this.#isOn = isOn;
  }

  /** What `welcome` says of it. */
  allowed({ grant }: Visitor): { readonly commands: readonly Command[]; readonly why?: string } {
    if (this.#isOn && grant === 'control') return { commands };
    return { commands: [], why: this.#isOn ? VIEW : OFF };
  }

  /** @throws {TypeError | RangeError} for what is no command. */
  answer(query: URLSearchParams, visitor: Visitor): Answer | Promise<Answer> {
    const { why } = this.allowed(visitor);
    return why === undefined ? this.#do(query, visitor) : refused('CONTROL_OFF', why);
  }

  async #do(query: URLSearchParams, visitor: Visitor): Promise<Answer> {
    const given = readOptions(inspectorCommand, 'command', Object.fromEntries(query));
    const { do: command, target, reason } = given;
    const act = this.#find(given);
    if (typeof act === 'string') return refused('NOT_THERE', act);
    const by = `${BY} ${visitor.id}`;
    const { recorded, kernel } = this.#commanded;
    let id: string;
    try {
      id = await recorded.tell('inspector.commanded', target, { command, by, reason });
    } catch (error) {
      const { code, message } = asCoded(error);
      return failed(code, `nothing was done, for it could not be recorded: ${message}`);
    }
    // It may be gone meanwhile.
    const still = this.#find(given);
    if (typeof still === 'string') return failed('NOT_THERE', still);
    await kernel.facts.ledBy(id, () => still({ by, reason, id }));
    return json({});
  }

  /** What is to be done, or why it cannot be. */
  #find({ do: command, target }: InspectorCommand): Act | string {
    switch (command) {
      case 'breaker.isolate':
      case 'breaker.release':
        return this.#breaker(target, command);
      case 'actor.restart':
        return this.#restart(target);
      case 'peer.ban':
        return this.#ban(target);
      case 'peer.unban':
        return this.#unban(target);
    }
  }

  #breaker(name: string, command: 'breaker.isolate' | 'breaker.release'): Act | string {
    const { breakers } = this.#commanded;
    const named = breakers.find(name);
    if (named === undefined) return 'there is no breaker of that name';
    const breaker = new Breaker(breakers, named);
    if (command === 'breaker.isolate') {
      return ({ by, reason }) => void breaker.isolate(reason, { by });
    }
    const own = breaker.isolations.filter(({ by }) => by.startsWith(`${BY} `));
    if (own.length === 0) return 'no inspector isolated it: whoever did so releases it';
    return () => {
      for (const isolation of own) isolation.release();
    };
  }

  #restart(path: string): Act | string {
    const { kernel } = this.#commanded;
    let child: Child | undefined = kernel.root;
    for (const id of path.split('/')) {
      child = child instanceof Branch ? child.children.get(id) : undefined;
    }
    if (!(child instanceof Leaf)) return 'there is no actor of that path that can be restarted';
    const leaf = child;
    const { state } = leaf;
    if (state !== 'running' && state !== 'waiting') return `the actor is ${state}`;
    return ({ by, reason, id }) =>
      kernel.queue.control(() =>
        kernel.facts.ledBy(id, () => leaf.parent?.restart(leaf, `${reason} (${by})`)),
      );
  }

  #ban(target: string): Act | string {
    const range = parseRange(target);
    if (range === undefined && publicKeyOfPeer(target) === undefined) return NOBODY;
    if (range !== undefined && range.bits < BAN_BITS_MIN[range.family]) {
      const { ipv4, ipv6 } = BAN_BITS_MIN;
      return `a range is banned from here if it is a /${ipv4} of IPv4, a /${ipv6} of IPv6, or less`;
    }
    const { peers } = this.#commanded;
    return ({ by, reason }) => peers.ban(target, { reason: `${reason} (${by})`, forMs: BAN_MS });
  }

  #unban(target: string): Act | string {
    const isSomebody = parseRange(target) !== undefined || publicKeyOfPeer(target) !== undefined;
    if (!isSomebody) return NOBODY;
    const { peers } = this.#commanded;
    return ({ by, reason }) => peers.unban(target, { reason: `${reason} (${by})` });
  }
}

function asCoded(error: unknown): { readonly code: string; readonly message: string } {
  const told = asHoldfastError(error);
  return told instanceof HoldfastError
    ? told
    : { code: 'AUDIT_UNAVAILABLE', message: 'the log takes no records now' };
}
