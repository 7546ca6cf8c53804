export const faultKinds = [
  'killEdge',
  'killGateway',
  'killProcessor',
  'killKafka',
  'killCassandra',
  'zombie',
  'rebalance',
  'fullDisk',
] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface PlannedFault {
  readonly kind: FaultKind;
  /** Begins once this share of the records has left the devices. */
  readonly at: number;
  /** 0 to 1: which process, how long until it is back, ... */
  readonly dice: number;
}

export interface FaultPlanOptions {
  readonly random: () => number;
  readonly detections: number;
}

const recordsPerRound = 65_000;
const window = { from: 0.04, to: 0.92 };
/** Part of the faults that begin together with the one before. */
const togetherShare = 0.25;

/** Each kind of fault at least once, edges twice, in random order at random moments; more of all in longer runs. */
export function planFaults({ random, detections }: FaultPlanOptions): PlannedFault[] {
  const rounds = Math.max(1, Math.round(detections / recordsPerRound));
  const kinds = Array.from({ length: rounds }, () =>
    shuffled([...faultKinds, 'killEdge' as const], random),
  ).flat();
  const width = (window.to - window.from) / kinds.length;
  let last = window.from;
  return kinds.map((kind, index) => {
    const own = window.from + width * (index + random());
    const at = index > 0 && random() < togetherShare ? last : own;
    last = at;
    return { kind, at, dice: random() };
  });
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
