import type { ToldFact } from '../protocol.ts';

/** How a fact bears on whoever it is about. */
export type Tone = 'bad' | 'turn' | 'good' | 'plain';

export interface Sentence {
  readonly tone: Tone;
  readonly text: string;
}

type Data = ToldFact['data'];
type Say = (data: Data) => Sentence;

const text = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return 'an unknown reason';
  return typeof value === 'object' ? errorText(value) : String(value);
};

/** An error is told as `{ name, message, code? }`. */
export function errorText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return text(value);
  const { name, code, message } = value as Data;
  const parts = [code ?? name, message].filter((part) => typeof part === 'string');
  return parts.length === 0 ? JSON.stringify(value) : parts.join(': ');
}

/** `1.2 s`, `3 min`; whole numbers where fractions say nothing. */
export function duration(ms: unknown): string {
  const value = Number(ms);
  if (!Number.isFinite(value)) return 'some time';
  if (value < 1_000) return `${Math.round(value)} ms`;
  if (value < 60_000) return `${shortNumber(value / 1_000)} s`;
  if (value < 3_600_000) return `${shortNumber(value / 60_000)} min`;
  return `${shortNumber(value / 3_600_000)} h`;
}

const shortNumber = (value: number): string => `${Number(value.toFixed(value < 10 ? 1 : 0))}`;

export const counted = (count: unknown, one: string, many = `${one}s`): string =>
  `${text(count)} ${Number(count) === 1 ? one : many}`;

const bad =
  (say: (data: Data) => string): Say =>
  (data) => ({ tone: 'bad', text: say(data) });
const turn =
  (say: (data: Data) => string): Say =>
  (data) => ({ tone: 'turn', text: say(data) });
const good =
  (say: (data: Data) => string): Say =>
  (data) => ({ tone: 'good', text: say(data) });
const plain =
  (say: (data: Data) => string): Say =>
  (data) => ({ tone: 'plain', text: say(data) });

function decided(data: Data): Sentence {
  const { decision, because, delayMs, restartsInWindow, restartsMax, windowMs } = data;
  const why = text(because);
  if (decision === 'escalate')
    return { tone: 'bad', text: `is given up by its supervisor: ${why}` };
  if (decision === 'remove') return { tone: 'turn', text: `is not started again: ${why}` };
  const when = Number(delayMs) === 0 ? 'at once' : `in ${duration(delayMs)}`;
  const spent =
    restartsInWindow === undefined
      ? why
      : `restart ${text(restartsInWindow)} of ${text(restartsMax)} in ${duration(windowMs)}`;
  return { tone: 'turn', text: `is restarted ${when}: ${spent}` };
}

function opened({ openings, openForMs, calls, failures, slow, error }: Data): Sentence {
  const last = error === undefined ? '' : `, the last with ${errorText(error)}`;
  const why =
    Number(openings) > 1
      ? `the call that tried it failed again${last}`
      : `of ${counted(calls, 'call')}, ${text(failures)} failed and ${text(slow)} were slow${last}`;
  return { tone: 'bad', text: `refuses all calls for ${duration(openForMs)}: ${why}` };
}

const trouble = (what: string): Say =>
  bad(({ code, because, error }) => {
    const parts = [code, because ?? error].filter((part) => part !== undefined).map(text);
    return [what, ...parts].join(': ');
  });

/** The modes of each chart of degradation, best first, and what each means. */
export const modeSteps: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  audit: {
    readWrite: 'every record is written',
    spooling: 'records are kept aside until the log can be written',
    readOnly: 'work with effects is refused, reads are served',
    failed: 'only an operator can help',
  },
  load: {
    normal: 'strangers are let in',
    pressured: 'strangers have to work first',
    shedding: 'the least trusted are let go',
  },
  route: {
    mesh: 'peers are reached, and others through them',
    direct: 'peers are reached, but nobody through them',
    isolated: 'nobody is reached, and what is asked waits',
  },
  isolation: {
    microvm: 'code of others runs in virtual machines',
    process: 'code of others runs in jailed processes',
    isolate: 'code of others runs in an interpreter',
    refusing: 'code of others is not run at all',
  },
};

/** Best is good, worst is bad, and whatever is between, or unknown, is to be watched. */
export function toneOfMode(of: string, mode: string): 'good' | 'warn' | 'bad' {
  const steps = Object.keys(modeSteps[of] ?? {});
  if (mode === steps.at(0)) return 'good';
  return mode === steps.at(-1) ? 'bad' : 'warn';
}

const moved =
  (of: string): Say =>
  ({ from, to }) => {
    const steps = modeSteps[of] ?? {};
    const promise = steps[text(to)];
    const order = Object.keys(steps);
    const isWorse = order.indexOf(text(to)) > order.indexOf(text(from));
    const then = promise === undefined ? '' : `: ${promise}`;
    const how = `goes from ${text(from)} to ${text(to)}${then}`;
    return { tone: isWorse ? 'bad' : 'good', text: how };
  };

const sentences: Readonly<Record<string, Say>> = {
  'actor.started': plain(() => 'starts'),
  'actor.restarted': good(({ incarnation }) =>
    Number.isSafeInteger(incarnation) ? `is back: its ${ordinal(incarnation)} life` : 'is back',
  ),
  'actor.failed': bad(({ error }) => `fails: ${errorText(error)}`),
  'actor.finished': plain(() => 'is done'),
  'actor.stopped': plain(({ because }) => `stops: ${text(because)}`),
  'actor.quarantined': turn(
    ({ event, attempts }) =>
      `will not be told "${text(event)}" again: it failed on it ${counted(attempts, 'time')}`,
  ),
  'supervisor.started': plain(() => 'starts what is under it'),
  'supervisor.decided': decided,
  'supervisor.throttled': turn(
    ({ waitMs }) => `waits ${duration(waitMs)}: there are too many restarts in the whole runtime`,
  ),
  'supervisor.escalated': bad(({ because }) => `fails with what is under it: ${text(because)}`),
  'mailbox.dropped': bad(
    ({ count, reason }) => `${counted(count, 'event')} reached nobody: ${text(reason)}`,
  ),
  'breaker.opened': opened,
  'breaker.probing': turn(
    ({ refused }) => `lets one call try, after ${counted(refused, 'refused call')}`,
  ),
  'breaker.closed': good(
    ({ refused }) => `lets calls through again, after ${counted(refused, 'refused call')}`,
  ),
  'breaker.isolated': bad(({ by, reason }) => `is held open by ${text(by)}: ${text(reason)}`),
  'breaker.released': good(() => 'is not held open any more'),
  'peer.opened': good(({ carrier }) =>
    carrier === 'relay' ? 'is connected through another peer' : 'is connected',
  ),
  'peer.rotated': plain(() => 'has new keys on its connection'),
  'peer.ended': plain(({ ending }) => `is not connected any more: ${text(ending)}`),
  'peer.banned': bad(({ rule, reason }) => `is banned: ${text(rule ?? reason)}`),
  'peer.unbanned': good(({ reason }) => `is not banned any more: ${text(reason)}`),
  'audit.append.failed': trouble('a record could not be written'),
  'audit.append.stalled': trouble('a record takes too long to be written'),
  'audit.space.low': trouble('the disk is nearly full'),
  'audit.files.vanished': trouble('the files of the log are gone'),
  'audit.tampering.found': trouble('the log was tampered with'),
  'audit.spool.filled': trouble('no more can be kept aside'),
  'audit.spool.failed': trouble('records cannot be kept aside either'),
  'audit.reopen.failed': trouble('the log cannot be opened'),
  'audit.replayed': good(({ records }) => `${counted(records, 'record')} kept aside are written`),
  'isolation.proved': good(({ engine }) => `keeps code in, as was tried: ${text(engine)}`),
  'isolation.lost': bad(({ unavailable }) => `is not to be had: ${text(unavailable)}`),
  'vm.died': bad(({ because }) => `a sandbox was ended: ${text(because)}`),
  'mode.failed': trouble('a mode of your own failed'),
  'runtime.failed': trouble('fails'),
  'runtime.fault': trouble('something failed that no actor owns'),
  ...Object.fromEntries(Object.keys(modeSteps).map((of) => [`${of}.moved`, moved(of)])),
  'mode.moved': turn(({ from, to, because }) => {
    const why = because === undefined ? '' : `: ${text(because)}`;
    return `goes from ${text(from)} to ${text(to)}${why}`;
  }),
};

function ordinal(value: unknown): string {
  const count = Number(value);
  const tens = count % 100;
  const ending = tens > 10 && tens < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th');
  return `${text(value)}${ending}`;
}

/** What a fact says of its subject; one that is not known here is told by its type. */
export function sentenceOf({ type, data }: Pick<ToldFact, 'type' | 'data'>): Sentence {
  const say = Object.hasOwn(sentences, type) ? sentences[type] : undefined;
  return say?.(data) ?? { tone: toneOf(type), text: type };
}

/** Of a type that is not known. */
const toneOf = (type: string): Tone =>
  /fail|lost|refus|banned|fault/.test(type) ? 'bad' : 'plain';
