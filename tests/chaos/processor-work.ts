import type { ServiceProcess } from './service-process.ts';

/** Records of `face-emotions` that a processor has had since it started. */
export interface Work {
  readonly received: number;
  readonly inFlight: number;
  /** Written into the store. */
  readonly forwarded: number;
  /** Given up, to be delivered again. */
  readonly returned: number;
}

/** What a processor says of itself at `/metrics`; on a connection of its own, since an idle one may be closed. */
export async function readWork({ operatorPort }: ServiceProcess): Promise<Work> {
  const response = await fetch(`http://127.0.0.1:${operatorPort}/metrics`, {
    headers: { connection: 'close' },
  });
  const text = await response.text();
  const figure = (what: string) =>
    Number(new RegExp(`^emotion_processor_records_${what} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  return {
    received: figure('received_total'),
    inFlight: figure('in_flight'),
    forwarded: figure('forwarded_total'),
    returned: figure('dropped_total\\{reason="returned_to_log"\\}'),
  };
}
