/** Stands in a chart for an actor that is bound elsewhere; says which one was forgotten. */
export const unbound = (slot: string) => (): never => {
  throw new Error(`the actor slot "${slot}" is not bound`);
};
