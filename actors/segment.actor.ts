import {
  type SegmentSettings,
  type SegmentStage,
  segmentMachine,
} from '../machines/segment.machine.ts';
import type { Finding } from '../storage/recovery.ts';
import type { Chart, Kernel } from './world.ts';

type SegmentChart = Chart<typeof segmentMachine>;

/** Charts of segments that have ended are let go, the oldest first, beyond so many. */
const CHARTS_MAX = 128;

const settings: SegmentSettings = { preflightMs: 60_000, sealMs: 60_000, shredMs: 60_000 };

const factOf = {
  tornTail: 'torn',
  sealed: 'sealed',
  shredded: 'shredded',
  quarantined: 'quarantined',
} as const satisfies Record<Exclude<Finding['kind'], 'mended'>, string>;

/** The segments of a log, each an actor: what may be done with it, and what has been. */
export class SegmentActors {
  readonly #kernel: Kernel;
  readonly #charts = new Map<number, SegmentChart>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** The log was opened: what its preflight came to, segment by segment. */
  opened(active: number, isNew: boolean, findings: readonly Finding[]): void {
    this.stop();
    for (const finding of findings) this.#found(finding);
    const chart = this.#of(active);
    if (isNew) return chart.send({ type: 'segment.create' });
    chart.send({ type: 'segment.open' });
    chart.send({ type: 'preflight.passed', isSealed: false, records: 0 });
  }

  #found(finding: Finding): void {
    if (finding.kind === 'mended') {
      const { verdict, because } = finding;
      this.#kernel.tell('audit.mended', 'audit', { verdict, because });
      return;
    }
    const { kind, ...data } = finding;
    const { segment } = data;
    this.#kernel.tell(`audit.${factOf[kind]}`, `audit/${segment}`, data);
    if (kind === 'tornTail') return;
    const chart = this.#of(segment);
    chart.send({ type: 'segment.open' });
    if (kind === 'quarantined') {
      chart.send({ type: 'preflight.doubted', because: finding.because });
    } else if (kind === 'sealed') {
      chart.send({ type: 'preflight.passed', isSealed: true, records: 0 });
    } else this.shredded(segment);
  }

  /** Records go into the next one. */
  rotated(old: number, active: number): void {
    this.#of(old).send({ type: 'segment.seal' });
    this.#of(active).send({ type: 'segment.create' });
  }

  sealed(segment: number, records: number): void {
    this.#charts.get(segment)?.send({ type: 'seal.finished', records });
    this.#letGo();
  }

  sealFailed(segment: number, because: string): void {
    this.#charts.get(segment)?.send({ type: 'seal.failed', because });
  }

  shredding(segment: number, isInDoubt: boolean): void {
    const chart = this.#of(segment);
    if (chart.snapshot.matches('absent')) {
      chart.send({ type: 'segment.open' });
      if (isInDoubt) chart.send({ type: 'preflight.doubted', because: 'an earlier doubt' });
      else chart.send({ type: 'preflight.passed', isSealed: true, records: 0 });
    }
    chart.send({ type: 'segment.shred' });
  }

  shredded(segment: number): void {
    const chart = this.#of(segment);
    chart.send({ type: 'key.overwritten' });
    chart.send({ type: 'shred.finished' });
    this.#charts.delete(segment);
  }

  shredFailed(segment: number, because: string): void {
    this.#of(segment).send({ type: 'shred.failed', because });
  }

  /** The charts that live, by segment. */
  stages(): ReadonlyMap<number, SegmentStage> {
    return new Map([...this.#charts].map(([n, { snapshot }]) => [n, snapshot.context.stage]));
  }

  stop(): void {
    for (const chart of this.#charts.values()) chart.stop();
    this.#charts.clear();
  }

  #of(segment: number): SegmentChart {
    const known = this.#charts.get(segment);
    if (known !== undefined) return known;
    const chart = this.#kernel.startChart(segmentMachine, {
      id: `segment-${segment}`,
      input: settings,
      onMoved: () => {},
      onEmitted: ({ type, ...data }) => this.#kernel.tell(type, `audit/${segment}`, data),
    });
    this.#charts.set(segment, chart);
    return chart;
  }

  #letGo(): void {
    for (const [segment, chart] of this.#charts) {
      if (this.#charts.size <= CHARTS_MAX) return;
      if (!chart.snapshot.matches('closed')) continue;
      chart.stop();
      this.#charts.delete(segment);
    }
  }
}
