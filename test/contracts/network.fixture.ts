import type {
  Admission,
  Arrival,
  Asking,
  Door,
  Link,
  LinkEnd,
  LinkEvents,
} from '../../actors/network.ts';

/** What came out of a link, in order: messages as text, and how it ended. */
export class Heard implements LinkEvents {
  readonly messages: string[] = [];
  drained = 0;
  end: LinkEnd | undefined;
  afterTheEnd = 0;
  onEach = (): void => {};

  onMessage(message: Uint8Array): void {
    if (this.end !== undefined) this.afterTheEnd += 1;
    const text = Buffer.from(message).toString();
    this.messages.push(text.length > 100 ? `${text.slice(0, 8)}… of ${text.length}` : text);
    this.onEach();
  }

  onDrained(): void {
    if (this.end !== undefined) this.afterTheEnd += 1;
    this.drained += 1;
  }

  onEnd(how: LinkEnd): void {
    if (this.end !== undefined) this.afterTheEnd += 1;
    this.end = how;
  }
}

/** A door that keeps a diary. */
export class GuestBook implements Door {
  readonly diary: string[] = [];
  readonly arrivals: Arrival[] = [];
  readonly asked: Asking[] = [];
  readonly guests: { readonly link: Link; readonly heard: Heard }[] = [];
  admission: Admission = { admitted: true };
  isOpen = true;

  onArrived(arrival: Arrival): boolean {
    this.diary.push(`arrived from ${arrival.remote.address}`);
    this.arrivals.push(arrival);
    return this.isOpen;
  }

  onLeft(): void {
    this.diary.push('left');
  }

  onAsked(_: Arrival, asking: Asking): Admission {
    this.diary.push('asked');
    this.asked.push(asking);
    return this.admission;
  }

  onOpened(_: Arrival, link: Link): LinkEvents {
    this.diary.push('opened');
    const heard = new Heard();
    this.guests.push({ link, heard });
    return heard;
  }
}

export const guests = (): GuestBook => new GuestBook();

/** What a promise failed with. */
export const blocked = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => {
      throw new Error('it should have failed');
    },
    (error: unknown) => {
      if (error instanceof Error) return error;
      throw error;
    },
  );

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
