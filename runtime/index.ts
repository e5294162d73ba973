export type { BreakerCounts, BreakerState } from '../actors/breaker.actor.ts';
export type { FeedStanding } from '../actors/feed.actor.ts';
export type { HealthStatus } from '../actors/health.actor.ts';
export type { LevelStatus } from '../actors/isolation.actor.ts';
export type { AuditStanding } from '../actors/log-mode.ts';
export type { Listener } from '../actors/network.ts';
export type { Verdict as AccessVerdict } from '../actors/peer/door/access-list.ts';
export type { Blacklisted } from '../actors/peer/door/blacklist.ts';
export type { Refusal } from '../actors/refusals.ts';
export type { Vm, VmDriver, VmDrivers, VmEvidence } from '../actors/vm-drivers.ts';
export type {
  Containment,
  Log,
  LogFields,
  Owner,
  Random,
  RandomStream,
  SignalName,
  Signals,
  World,
} from '../actors/world.ts';
export type { IsolationMode } from '../machines/isolation.machine.ts';
export type { Isolation } from '../machines/isolation.ts';
export type { Promises } from '../machines/promises.ts';
export type { Level } from '../machines/trust.ts';
export type { Cancel, Clock } from '../storage/ports.ts';
export type { Box, SandboxResult } from './box.ts';
export type { Breaker, IsolationHandle, Outcome, Permit } from './breaker.ts';
export type { CallContext } from './call.ts';
export type { Classify, Settled, Verdict } from './classify.ts';
export type { Metric } from './endpoints/open-metrics.ts';
export { type Code, codes, type ErrorDetails, HoldfastError, type Recovery } from './errors.ts';
export type { Fact } from './facts.ts';
export type { CheckOutcome } from './finding.ts';
export type { Ended, Handle } from './handle.ts';
export type { HealthCheck } from './health.ts';
export type { CheckResult, HealthReport } from './health-report.ts';
export type { AskOptions } from './kernel/ask.ts';
export type { DeadLetter, DeadLetterReason } from './kernel/dead-letters.ts';
export type { TellResult } from './kernel/leaf.ts';
export type { ShutdownReport } from './kernel/shutdown.ts';
export type {
  AuditKeyEntry,
  IdentityKeyEntry,
  KeyChange,
  KeyEntry,
  KeyRotation,
  Keys,
  LostKeysEntry,
  MasterKeyEntry,
  PublicKeys,
  RotatedSessions,
} from './keys.ts';
export type { Handler, RequestContext } from './methods.ts';
export type { IsolationStanding, LoadStanding, Mode, Modes, RouteStanding } from './modes.ts';
export type {
  BlameOptionsInput as BlameOptions,
  ForgiveOptionsInput as ForgiveOptions,
  ImportOptionsInput as ImportOptions,
} from './options/blacklist.ts';
export type { BreakerOptionsInput as BreakerOptions } from './options/breaker.ts';
export type { HealthOptionsInput as HealthOptions } from './options/health.ts';
export type {
  ConnectOptionsInput as ConnectOptions,
  HandleOptionsInput as HandleOptions,
  ListenOptionsInput as ListenOptions,
  RequestOptionsInput as RequestOptions,
  StandardSchema,
} from './options/peer.ts';
export type { RuntimeOptionsInput as RuntimeOptions } from './options/runtime.ts';
export type {
  BoxCallOptionsInput as BoxCallOptions,
  BoxOptionsInput as BoxOptions,
  HostFunction,
  SandboxOptionsInput as SandboxOptions,
} from './options/sandbox.ts';
export type { SupervisorOptionsInput as SupervisorOptions } from './options/supervisor.ts';
export type {
  BanOptionsInput as BanOptions,
  GrantOptionsInput as GrantOptions,
  UnbanOptionsInput as UnbanOptions,
} from './options/trust.ts';
export type { ModeEvent, OwnStanding } from './own-mode.ts';
export type { Peer } from './peer.ts';
export type { PeerBlacklist } from './peer-blacklist.ts';
export type { PeerSummary } from './peer-summary.ts';
export type { AddressExplanation, ExplainedJudgement, Explanation } from './peer-trust.ts';
export type { Peers, PeersUsage } from './peers.ts';
export type { CallOptions, Guarded, ProtectOptions } from './protect.ts';
export { type RefusalOptions, RequestRefusal } from './request-refusal.ts';
export { createRuntime, type DeadLetterView, type Runtime } from './runtime.ts';
export type { Sandboxes } from './sandboxes.ts';
export type { StartOptions, Supervisor } from './supervisor.ts';
