import { existsSync, openSync, readFileSync, writeSync } from 'node:fs';

/** What is known of a device from the runs before. */
export interface DevicePast {
  runs: number;
  made: number;
  /** Epoch ms of the last record. */
  until: number;
}

export interface JournalReader {
  readonly onRun?: (deviceId: string, runId: string) => void;
  readonly onMade?: (deviceId: string, records: number, until: number) => void;
  readonly onSynced?: (deviceId: string, syncedBelow: number) => void;
  readonly onEnded?: (deviceId: string) => void;
  readonly onAck?: (deviceId: string, runId: string, seq: number) => void;
}

/**
 * What an edge process did, line by line: runs begun and ended, records made and synced, seqs acked. Each line is with
 * the system before the process goes on, so that kill -9 takes none back.
 */
export class EdgeJournal {
  readonly #file: string;
  #descriptor: number | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  run(deviceId: string, runId: string): void {
    this.#write(`R ${deviceId} ${runId}`);
  }

  made(deviceId: string, records: number, until: number): void {
    this.#write(`M ${deviceId} ${records} ${until}`);
  }

  /** All seqs below are on the device's disk. */
  synced(deviceId: string, syncedBelow: number): void {
    this.#write(`S ${deviceId} ${syncedBelow}`);
  }

  /** The run has stopped in good order. */
  ended(deviceId: string): void {
    this.#write(`E ${deviceId}`);
  }

  acked(deviceId: string, runId: string, seqs: readonly number[]): void {
    this.#write(`A ${deviceId} ${runId} ${seqs.join(',')}`);
  }

  /** Of each device. */
  past(): Map<string, DevicePast> {
    const past = new Map<string, DevicePast>();
    const of = (deviceId: string) => {
      const known = past.get(deviceId) ?? { runs: 0, made: 0, until: 0 };
      past.set(deviceId, known);
      return known;
    };
    readJournal(this.#file, {
      onRun: (deviceId) => (of(deviceId).runs += 1),
      onMade: (deviceId, records, until) => {
        of(deviceId).made += records;
        of(deviceId).until = until;
      },
    });
    return past;
  }

  #write(line: string): void {
    if (this.#descriptor === undefined) {
      this.#descriptor = openSync(this.#file, 'a');
      // A line that a kill has cut stays one that nobody understands.
      writeSync(this.#descriptor, '\n');
    }
    writeSync(this.#descriptor, `${line}\n`);
  }
}

export function readJournal(file: string, reader: JournalReader): void {
  if (!existsSync(file)) return;
  for (const line of readFileSync(file, 'utf8').split('\n').slice(0, -1)) {
    const [what, deviceId = '', first = '', second = ''] = line.split(' ');
    if (what === 'R') reader.onRun?.(deviceId, first);
    else if (what === 'M') reader.onMade?.(deviceId, Number(first), Number(second));
    else if (what === 'S') reader.onSynced?.(deviceId, Number(first));
    else if (what === 'E') reader.onEnded?.(deviceId);
    else if (what === 'A') {
      for (const seq of second.split(',')) reader.onAck?.(deviceId, first, Number(seq));
    }
  }
}
