import {
  isBanned,
  judge,
  levelAt,
  scoreAt,
  stranger,
  type Trust,
  type TrustSettings,
} from '../machines/trust.ts';
import type { Clock } from '../storage/ports.ts';
import type { Signal, Standing } from './peer-host.ts';

/** For now. */
export function memoryStanding(clock: Clock, settings: TrustSettings): Standing {
  const byId = new Map<string, Trust>();
  const of = (id: string): Trust => byId.get(id) ?? stranger;
  const nowMs = (): number => clock.wallMs();
  return {
    trustOf: (id) => scoreAt(of(id), nowMs()),
    levelOf: (id) => levelAt(of(id), nowMs()),
    isGranted: (id) => of(id).granted !== 'untrusted',
    isWelcome: (id) => !isBanned(of(id), nowMs()),
    judge: (id, type: Signal) =>
      void byId.set(id, judge(of(id), { type, atMs: nowMs() }, settings)),
    grant: (id, level) =>
      void byId.set(id, judge(of(id), { type: 'level.granted', level, atMs: nowMs() }, settings)),
    violated: (id) =>
      void byId.set(id, judge(of(id), { type: 'rules.violated', atMs: nowMs() }, settings)),
  };
}
