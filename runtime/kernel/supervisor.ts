import type { ActorLogic, NonReducibleUnknown, Snapshot } from 'xstate';

type SupervisorSnapshot = Snapshot<NonReducibleUnknown>;
type SupervisorEvent = { type: 'supervisor.fail'; error: unknown } | { type: 'xstate.stop' };

/**
 * The incarnation of a branch: the XState parent of its children. It decides nothing; that a branch
 * gave up is told to the one above by its status, as for any other actor.
 */
export const supervisorLogic: ActorLogic<SupervisorSnapshot, SupervisorEvent> = {
  getInitialSnapshot: () => ({ status: 'active', output: undefined, error: undefined }),
  getPersistedSnapshot: (snapshot) => snapshot,
  transition: (snapshot, event) => {
    switch (event.type) {
      case 'supervisor.fail':
        return { status: 'error', output: undefined, error: event.error };
      case 'xstate.stop':
        return { status: 'stopped', output: undefined, error: undefined };
      default:
        return snapshot;
    }
  },
};
