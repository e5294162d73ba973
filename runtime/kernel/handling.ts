import type { AnyActorRef, EventObject } from 'xstate';

/** No event is called so. */
export const SEVERAL = '';

/** Whoever handles events, and may be sent further ones meanwhile. */
export interface Handler {
  /** The type of the event that it handles; `SEVERAL` if that led to further ones. */
  handling?: string | undefined;
  /** An event of its own, or one within it, was handled: its state may be another. */
  moved(): void;
}

export type Relay = (
  source: AnyActorRef | undefined,
  target: AnyActorRef,
  event: EventObject,
) => void;

/** What an actor is sent while it handles an event is handled after that, before this is over. */
export function handle(
  handler: Handler | undefined,
  relay: Relay,
  source: AnyActorRef | undefined,
  target: AnyActorRef,
  event: EventObject,
): void {
  if (handler === undefined) return relay(source, target, event);
  const isWithin = handler.handling !== undefined;
  if (isWithin) handler.moved();
  handler.handling = isWithin ? SEVERAL : event.type;
  try {
    relay(source, target, event);
    handler.moved();
  } finally {
    handler.handling = isWithin ? SEVERAL : undefined;
  }
}
