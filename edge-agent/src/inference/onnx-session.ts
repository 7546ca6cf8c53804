import type * as OnnxRuntime from 'onnxruntime-node';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { ModelError, withInputShape } from '../../models/index.ts';
import type { ModelInput, ModelOutput, ModelSession } from './model-session.ts';
import { forbidTelemetry } from './no-telemetry.ts';
import { int8Options } from './x86-int8.ts';

type Runtime = typeof OnnxRuntime;

/**
 * A network on ONNX Runtime. One thread: the cores of a camera are shared with capture and sending, and
 * at these sizes a second one gains little. `run` computes on the thread that calls it, whatever its
 * promise suggests: `InferenceThread` keeps that off the agent's own.
 */
export async function openOnnxSession(options: {
  model: Uint8Array;
  /** How the runtime is imported; replaced in tests. */
  importRuntime?: () => Promise<Runtime>;
}): Promise<ModelSession> {
  const { model, importRuntime = () => import('onnxruntime-node') } = options;
  forbidTelemetry();
  const runtime = await loadRuntime(importRuntime);
  const extra = { session: await int8Options() };
  const create = (bytes: Uint8Array) =>
    runtime.InferenceSession.create(bytes, { ...commonOptions, extra });
  try {
    const session = await create(model);
    const inputShape = inputShapeOf(session);
    if (!inputShape.includes(0)) return new RuntimeSession({ runtime, session, inputShape });
    await session.release();
    const createFor = async (shape: readonly number[]) => create(withInputShape(model, shape));
    return new RuntimeSession({ runtime, session, inputShape, createFor });
  } catch (cause) {
    throw new ModelError({
      code: 'model_shape_unexpected',
      message: 'ONNX Runtime refuses the model file: it is damaged or not a model.',
      cause,
    });
  }
}

const commonOptions = {
  executionMode: 'sequential',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  // Shapes never change, so the arena settles at the size of one pass and nothing is allocated after.
  enableCpuMemArena: true,
  enableMemPattern: true,
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3,
} as const satisfies InferenceSession.SessionOptions;

/** Lazy, so that a machine without the binary gets one clear sentence and not a stack at import. */
async function loadRuntime(importRuntime: () => Promise<Runtime>): Promise<Runtime> {
  try {
    return await importRuntime();
  } catch (cause) {
    throw new ModelError({
      code: 'inference_unavailable',
      message: `ONNX Runtime can't be loaded on this machine (${process.platform} ${process.arch}); it needs Linux, macOS or Windows on x64 or arm64 with glibc.`,
      cause,
    });
  }
}

interface RuntimeSessionOptions {
  readonly runtime: Runtime;
  /** Where the size is open it only tells names. */
  readonly session: InferenceSession;
  readonly inputShape: readonly number[];
  /** Opens the same network for one size, where it leaves that open. */
  readonly createFor?: (shape: readonly number[]) => Promise<InferenceSession>;
}

/**
 * Where the network takes any size, it is opened for each size that it is run at: with sizes that it knows
 * beforehand, ONNX Runtime adds in place and takes a tenth less time. A camera has one.
 */
class RuntimeSession implements ModelSession {
  readonly inputShape: readonly number[];
  readonly outputNames: readonly string[];
  readonly #runtime: Runtime;
  readonly #createFor: RuntimeSessionOptions['createFor'];
  readonly #inputName: string;
  /** By the shape of the input. */
  readonly #sessions = new Map<string, Promise<InferenceSession>>();
  #isClosed = false;

  constructor({ runtime, session, inputShape, createFor }: RuntimeSessionOptions) {
    this.#runtime = runtime;
    this.#createFor = createFor;
    this.#inputName = session.inputNames[0] ?? 'input';
    this.outputNames = session.outputNames;
    this.inputShape = inputShape;
    if (createFor === undefined) this.#sessions.set(inputShape.join(), Promise.resolve(session));
  }

  async run(input: ModelInput): Promise<ReadonlyMap<string, ModelOutput>> {
    const tensor = new this.#runtime.Tensor('float32', input.data, input.shape);
    const session = await this.#sessionFor(input.shape);
    const results = await session.run({ [this.#inputName]: tensor });
    return new Map(Object.entries(results).map(([name, result]) => [name, outputOf(name, result)]));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const opened of await Promise.allSettled(sessions)) {
      if (opened.status === 'fulfilled') await opened.value.release();
    }
  }

  #sessionFor(shape: readonly number[]): Promise<InferenceSession> {
    if (this.#isClosed) throw notOpen();
    const isTaken = this.inputShape.every((size, axis) => size === 0 || size === shape[axis]);
    if (!isTaken) throw otherShape(this.inputShape, shape);
    const key = shape.join();
    return this.#sessions.get(key) ?? this.#open(key, shape);
  }

  #open(key: string, shape: readonly number[]): Promise<InferenceSession> {
    if (this.#createFor === undefined) throw otherShape(this.inputShape, shape);
    const session = this.#createFor(shape).catch((cause: unknown) => {
      this.#sessions.delete(key);
      throw refusedAt(shape, cause);
    });
    this.#sessions.set(key, session);
    return session;
  }
}

/** 0 for a size that is left open. */
function inputShapeOf({ inputMetadata }: InferenceSession): readonly number[] {
  const metadata = inputMetadata[0];
  const sizes = metadata?.isTensor === true ? metadata.shape : [];
  return sizes.map((size) => (typeof size === 'number' ? size : 0));
}

function notOpen(): ModelError {
  const message = 'The network was closed.';
  return new ModelError({ code: 'inference_unavailable', message });
}

function otherShape(own: readonly number[], asked: readonly number[]): ModelError {
  return new ModelError({
    code: 'model_shape_unexpected',
    message: `The network takes ${own.join('x')} (0: any size), not ${asked.join('x')}.`,
  });
}

function refusedAt(shape: readonly number[], cause: unknown): ModelError {
  return new ModelError({
    code: 'model_shape_unexpected',
    message: `ONNX Runtime refuses the network at the size ${shape.join('x')}.`,
    cause,
  });
}

function outputOf(name: string, { data, dims }: Tensor): ModelOutput {
  if (data instanceof Float32Array) return { data, shape: dims };
  throw new ModelError({
    code: 'model_shape_unexpected',
    message: `The model's output ${name} isn't made of 32-bit floats.`,
  });
}
