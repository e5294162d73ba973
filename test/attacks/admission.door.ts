import type {
  Arrival,
  Asking,
  Door,
  Link,
  LinkEvents,
  Admission as Verdict,
} from '../../actors/network.ts';
import type { Admission, Entrant } from '../../actors/peer/door/admission.ts';
import { bytesOf } from '../contracts/network.fixture.ts';

/** A door that knows who somebody is after two messages, each of which it answers. */
export class AdmittingDoor implements Door {
  readonly admission: Admission;
  readonly links = new Set<Link>();
  /** Those who arrived, upgraded or not, and are not over. */
  readonly present = new Set<Entrant>();
  known = 0;
  readonly #entrants = new Map<Arrival, Entrant>();

  constructor(admission: Admission) {
    this.admission = admission;
  }

  onArrived(arrival: Arrival): boolean {
    const entrant = this.admission.arrive(arrival.remote, () => arrival.drop());
    if (entrant === undefined) return false;
    this.#entrants.set(arrival, entrant);
    this.present.add(entrant);
    return true;
  }

  onLeft(arrival: Arrival): void {
    this.#over(this.#entrantOf(arrival));
  }

  onAsked(arrival: Arrival, asking: Asking): Verdict {
    return this.admission.ask(this.#entrantOf(arrival), asking);
  }

  onOpened(arrival: Arrival, link: Link): LinkEvents {
    const entrant = this.#entrantOf(arrival);
    this.#entrants.delete(arrival);
    this.links.add(link);
    entrant.drop = () => link.drop();
    let messages = 0;
    return {
      onMessage: () => {
        messages += 1;
        if (messages === 2) {
          this.admission.free(entrant);
          this.known += 1;
        }
        link.send(bytesOf(`${messages}`));
      },
      onDrained() {},
      onEnd: () => {
        this.links.delete(link);
        this.#over(entrant);
      },
    };
  }

  #over(entrant: Entrant): void {
    this.admission.free(entrant);
    this.present.delete(entrant);
  }

  #entrantOf(arrival: Arrival): Entrant {
    const entrant = this.#entrants.get(arrival);
    if (entrant === undefined) throw new Error('it never arrived');
    return entrant;
  }
}
