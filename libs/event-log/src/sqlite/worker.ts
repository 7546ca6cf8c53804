import { parentPort, workerData } from 'node:worker_threads';
import { LogDatabase } from './log-database.ts';
import type { LogFault, LogRequest, LogResponses, NumberedRequest } from './protocol.ts';

const port = parentPort!;
const { file } = workerData as { file: string };

/** SQLite's primary result codes that mean something to an operator. */
const faultCodes: Readonly<Record<number, LogFault['code']>> = {
  5: 'locked',
  8: 'unwritable',
  11: 'corrupt',
  14: 'unwritable',
  26: 'corrupt',
};

function faultOf(error: unknown): LogFault {
  const { errcode, message } = error as { errcode?: number; message?: string };
  const code = faultCodes[(errcode ?? 0) & 0xff] ?? 'unavailable';
  return { code, message: message ?? String(error) };
}

function answer(database: LogDatabase, request: LogRequest): LogResponses[LogRequest['kind']] {
  switch (request.kind) {
    case 'write':
      return database.write(request);
    case 'read':
      return database.read(request);
    case 'readCompacted':
      return database.readCompacted(request);
    case 'positions':
      return database.positions(request.groupId, request.topic);
    case 'retain':
      return database.retain(request);
    case 'ends':
      return database.ends();
    case 'close':
      database.close();
      return null;
  }
}

function transferables(result: LogResponses[LogRequest['kind']]): ArrayBuffer[] {
  return result !== null && 'values' in result && result.values instanceof Uint8Array
    ? [result.values.buffer as ArrayBuffer]
    : [];
}

let database: LogDatabase | undefined;
port.on('message', ({ id, request }: NumberedRequest) => {
  try {
    database ??= new LogDatabase(file);
    const result = answer(database, request);
    port.postMessage({ id, result }, transferables(result));
    if (request.kind === 'close') port.close();
  } catch (error) {
    port.postMessage({ id, fault: faultOf(error) });
  }
});
