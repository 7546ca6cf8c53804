import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { isNotADatabase, migrate } from './migrate.ts';
import { storeMigrations } from './store-schema.ts';
import type {
  SqlRow,
  WorkerFault,
  WorkerOptions,
  WorkerReply,
  WorkerRequest,
} from './worker-messages.ts';

/*
 * Runs SQL in a thread of its own, since node:sqlite blocks while it works and while it syncs. It knows
 * nothing of observations. Writes that wait together share one transaction, and so one sync of the disk.
 */

const port = parentPort;
if (port === null) throw new Error('store-worker.ts runs as a worker thread');

type WriteRequest = Extract<WorkerRequest, { kind: 'write' }>;

class Fault extends Error {
  readonly code: WorkerFault['code'];

  constructor(code: WorkerFault['code'], message: string) {
    super(message);
    this.code = code;
  }
}

const statements = new Map<string, StatementSync>();
const waiting: WriteRequest[] = [];
let lock: DatabaseSync | undefined;
let database: DatabaseSync;

try {
  // Passed by `new Worker`, whose only caller is `WorkerDatabase`.
  database = open(workerData as WorkerOptions);
  reply({ id: 0, ok: true, changes: 0, rows: [] });
  port.on('message', handle);
} catch (error) {
  lock?.close();
  reply({ id: 0, ok: false, fault: faultOf(error) });
}

function open(options: WorkerOptions): DatabaseSync {
  if (options.lockPath !== undefined) lock = takeLock(options.lockPath);
  const opened = new DatabaseSync(options.path, { readOnly: options.readOnly, timeout: 5_000 });
  if (options.readOnly) return opened;
  opened.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  opened.exec('PRAGMA journal_size_limit = 67108864');
  if (!migrate(opened, storeMigrations))
    throw new Fault('newer_schema', 'the file is from a newer version');
  return opened;
}

/** An open write transaction on an empty file: the system itself drops the lock when the process is gone. */
function takeLock(path: string): DatabaseSync {
  const file = new DatabaseSync(path, { timeout: 0 });
  try {
    file.exec('BEGIN EXCLUSIVE');
    return file;
  } catch {
    file.close();
    throw new Fault('locked', 'another instance holds the lock');
  }
}

function handle(request: WorkerRequest): void {
  switch (request.kind) {
    case 'read':
      answer(request.id, () => ({ changes: 0, rows: read(request.sql, request.parameters) }));
      break;
    case 'write':
      waiting.push(request);
      if (waiting.length === 1) setImmediate(commitWaiting);
      break;
    case 'close':
      commitWaiting();
      answer(request.id, close);
      port?.close();
      break;
  }
}

function read(sql: string, parameters: SqlRow): SqlRow[] {
  const statement = prepare(sql);
  statement.setReturnArrays(true);
  // With `setReturnArrays` rows are arrays, which the types of node:sqlite don't say.
  return statement.all(...parameters) as unknown as SqlRow[];
}

/** All that wait in one transaction; if that fails, each in its own, so that a bad one fails alone. */
function commitWaiting(): void {
  const requests = waiting.splice(0);
  if (requests.length === 0) return;
  try {
    const changes = inTransaction(() => requests.map(apply));
    requests.forEach(({ id }, index) => {
      reply({ id, ok: true, changes: changes[index] ?? 0, rows: [] });
    });
  } catch (error) {
    if (requests.length === 1) {
      for (const { id } of requests) reply({ id, ok: false, fault: faultOf(error) });
      return;
    }
    for (const request of requests) {
      answer(request.id, () => ({ changes: inTransaction(() => apply(request)), rows: [] }));
    }
  }
}

function apply(request: WriteRequest): number {
  let changes = 0;
  for (const { sql, rows } of request.steps) {
    const statement = prepare(sql);
    for (const row of rows) changes += Number(statement.run(...row).changes);
  }
  return changes;
}

function inTransaction<T>(work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function prepare(sql: string): StatementSync {
  let statement = statements.get(sql);
  if (statement === undefined) {
    statement = database.prepare(sql);
    statements.set(sql, statement);
  }
  return statement;
}

function close(): { changes: number; rows: SqlRow[] } {
  database.close();
  lock?.close();
  return { changes: 0, rows: [] };
}

function answer(id: number, work: () => { changes: number; rows: SqlRow[] }): void {
  try {
    reply({ id, ok: true, ...work() });
  } catch (error) {
    reply({ id, ok: false, fault: faultOf(error) });
  }
}

function reply(message: WorkerReply): void {
  port?.postMessage(message);
}

function faultOf(error: unknown): WorkerFault {
  if (error instanceof Fault) return { code: error.code, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  return { code: isNotADatabase(error) ? 'not_a_database' : 'failed', message };
}
