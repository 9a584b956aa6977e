/** A flow that is this near to the truth, in nats, counts as having learned it. */
export const GOAL = 0.03;
