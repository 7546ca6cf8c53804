import type * as OnnxRuntime from 'onnxruntime-node';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { ModelError } from '../../models/index.ts';
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
  let session: InferenceSession;
  try {
    session = await runtime.InferenceSession.create(model, {
      executionMode: 'sequential',
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      // Shapes never change, so the arena settles at the size of one pass and nothing is allocated after.
      enableCpuMemArena: true,
      enableMemPattern: true,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      extra: { session: await int8Options() },
    });
  } catch (cause) {
    throw new ModelError({
      code: 'model_shape_unexpected',
      message: 'ONNX Runtime refuses the model file: it is damaged or not a model.',
      cause,
    });
  }
  return new RuntimeSession({ runtime, session });
}

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

class RuntimeSession implements ModelSession {
  readonly inputShape: readonly number[];
  readonly outputNames: readonly string[];
  readonly #runtime: Runtime;
  readonly #session: InferenceSession;
  readonly #inputName: string;

  constructor({ runtime, session }: { runtime: Runtime; session: InferenceSession }) {
    this.#runtime = runtime;
    this.#session = session;
    this.#inputName = session.inputNames[0] ?? 'input';
    this.outputNames = session.outputNames;
    const metadata = session.inputMetadata[0];
    const sizes = metadata?.isTensor === true ? metadata.shape : [];
    this.inputShape = sizes.map((size) => (typeof size === 'number' ? size : 0));
  }

  async run(input: ModelInput): Promise<ReadonlyMap<string, ModelOutput>> {
    const tensor = new this.#runtime.Tensor('float32', input.data, input.shape);
    const results = await this.#session.run({ [this.#inputName]: tensor });
    return new Map(Object.entries(results).map(([name, result]) => [name, outputOf(name, result)]));
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}

function outputOf(name: string, { data, dims }: Tensor): ModelOutput {
  if (data instanceof Float32Array) return { data, shape: dims };
  throw new ModelError({
    code: 'model_shape_unexpected',
    message: `The model's output ${name} isn't made of 32-bit floats.`,
  });
}
