/** State of one hop: what an operator reads first when numbers stop moving. */
export interface HopHealth {
  readonly state: 'ok' | 'degraded' | 'down';
  /** One sentence; names the hop that is the cause where it is another one. */
  readonly detail?: string;
  readonly [figure: string]: unknown;
}

/** A hop's sentence without its full stop, to stand in brackets in that of another hop. */
export function reasonOf({ detail = 'no reason' }: HopHealth): string {
  return detail.replace(/\.$/, '');
}

export type HealthSource = () => HopHealth | Promise<HopHealth>;

export interface HealthReport {
  readonly state: HopHealth['state'];
  readonly hops: Readonly<Record<string, HopHealth>>;
}

/** Asks each hop; the worst state is the whole's. A source that throws is down, with its reason. */
export async function readHealth(
  sources: Readonly<Record<string, HealthSource>>,
): Promise<HealthReport> {
  const hops: Record<string, HopHealth> = {};
  for (const [name, source] of Object.entries(sources)) {
    try {
      hops[name] = await source();
    } catch (error) {
      hops[name] = {
        state: 'down',
        detail: error instanceof Error ? error.message : String(error),
      };
    }
  }
  const states = Object.values(hops).map((hop) => hop.state);
  const state = states.includes('down') ? 'down' : states.includes('degraded') ? 'degraded' : 'ok';
  return { state, hops };
}
