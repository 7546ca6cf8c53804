/** What a network says under one name: floats in the order of rows. */
export interface ModelOutput {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

export interface ModelInput {
  /** May lie in shared memory; may be used again once `run` has resolved. */
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** A loaded network with one float input. Each backend has an adapter; one contract suite runs on all. */
export interface ModelSession {
  /** Sizes of the input; 0 where the network takes any size. */
  readonly inputShape: readonly number[];
  readonly outputNames: readonly string[];
  /** The outputs by name; they are the caller's. */
  run(input: ModelInput): Promise<ReadonlyMap<string, ModelOutput>>;
  close(): Promise<void>;
}

/**
 * Loads a network from the bytes of an ONNX file, whatever runs it.
 *
 * @throws ModelError `inference_unavailable` where the backend can't run on this machine,
 * `model_shape_unexpected` for bytes that are no model, `model_unsupported_operation`
 */
export type SessionOpener = (options: { model: Uint8Array }) => Promise<ModelSession>;
