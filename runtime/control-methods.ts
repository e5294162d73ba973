import { firstValueFrom, Observable, takeUntil } from 'rxjs';
import { onAbort } from '../actors/on-abort.ts';
import { type AuditLog, lineOf } from './audit.ts';
import { HoldfastError } from './errors.ts';
import { redactFields } from './field-redaction.ts';
import {
  type ControlMethod,
  type ControlParams,
  controlParams as given,
} from './options/control.ts';
import { readOptions } from './options/read.ts';

/** What of the audit log the control socket reaches. */
export type ControlledAudit = Pick<
  AuditLog,
  | 'read'
  | 'tail'
  | 'verify'
  | 'checkpoint'
  | 'verifierKey'
  | 'beginSeals'
  | 'prove'
  | 'proveConsistency'
  | 'shred'
  | 'hold'
  | 'release'
  | 'rotate'
  | 'rotateKey'
  | 'status'
>;

/** Where the items of one request go. */
export interface Outlet {
  /** Aborted once nobody listens any more. */
  readonly signal: AbortSignal;
  /** Resolves once there is room for more. */
  item(value: unknown): Promise<void>;
  /** For what may be left out: a slow listener does not get it. */
  hint(value: unknown): void;
}

type Params = Readonly<Record<string, unknown>>;
type Method = (audit: ControlledAudit, params: Params, outlet: Outlet) => Promise<unknown>;

/** What a method comes to: its result, or undefined if all it had to say were items. */
export const controlMethods: Readonly<Record<ControlMethod, Method>> = {
  'audit.verify': async (audit, params, { hint }) => {
    const { anchor } = readOptions(given['audit.verify'], 'params', params);
    return await audit.verify({ anchor, onProgress: (done, of) => hint({ done, of }) });
  },
  'audit.checkpoint': async (audit, params) => {
    readOptions(given['audit.checkpoint'], 'params', params);
    return { checkpoint: await audit.checkpoint(), verifierKey: audit.verifierKey };
  },
  'audit.beginSeals': async (audit, params) => {
    readOptions(given['audit.beginSeals'], 'params', params);
    return { seals: await audit.beginSeals() };
  },
  'audit.prove': async (audit, params) => {
    const { index } = readOptions(given['audit.prove'], 'params', params);
    return { receipt: await audit.prove(index) };
  },
  'audit.proveConsistency': async (audit, params) => {
    const sizes = readOptions(given['audit.proveConsistency'], 'params', params);
    return { proof: await audit.proveConsistency(sizes) };
  },
  'audit.status': async (audit, params) => {
    readOptions(given['audit.status'], 'params', params);
    return audit.status();
  },
  'audit.read': async (audit, params, { signal, item }) => {
    for await (const each of audit.read(readOptions(given['audit.read'], 'params', params))) {
      checkOpen(signal);
      await item(each);
    }
  },
  'audit.export': async (audit, params, { signal, item }) => {
    const { redact, ...range } = readOptions(given['audit.export'], 'params', params);
    for await (const each of audit.read(range)) {
      checkOpen(signal);
      await item(lineOf(redactFields(each, redact)));
    }
  },
  'audit.tail': async (audit, params, outlet) => {
    await tail(audit, readOptions(given['audit.tail'], 'params', params), outlet);
  },
  'audit.shred': async (audit, params) => ({
    segments: await audit.shred(readOptions(given['audit.shred'], 'params', params)),
  }),
  'audit.hold': async (audit, params) => {
    await audit.hold(readOptions(given['audit.hold'], 'params', params));
    return {};
  },
  'audit.release': async (audit, params) => {
    await audit.release(readOptions(given['audit.release'], 'params', params));
    return {};
  },
  'audit.rotate': async (audit, params) => {
    readOptions(given['audit.rotate'], 'params', params);
    await audit.rotate();
    return {};
  },
  'audit.rotateKey': async (audit, params) =>
    await audit.rotateKey(readOptions(given['audit.rotateKey'], 'params', params)),
};

/** What is cut off must not look whole. */
function checkOpen(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw new HoldfastError('RUNTIME_STOPPED', 'the process ends: there is more than it could tell');
}

/** At the pace of the listener: a record is read when there is room for it. */
async function tail(
  audit: ControlledAudit,
  { fromIndex }: ControlParams<'audit.tail'>,
  { signal, item }: Outlet,
): Promise<void> {
  let next = fromIndex ?? audit.status().size;
  do {
    for await (const each of audit.read({ fromIndex: next })) {
      if (signal.aborted) return;
      await item(each);
      next = each.kind === 'gap' ? each.to : each.index + 1;
    }
  } while (await hasNews(audit, next, signal));
}

/** False once the log is closed, or nobody listens any more. */
async function hasNews(audit: ControlledAudit, next: number, signal: AbortSignal) {
  if (signal.aborted) return false;
  const left = new Observable<void>((subscriber) => onAbort(signal, () => subscriber.next()));
  const news = audit.tail({ fromIndex: next }).pipe(takeUntil(left));
  return (await firstValueFrom(news, { defaultValue: undefined })) !== undefined;
}
