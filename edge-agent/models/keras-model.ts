import { Dataset, File, Group } from 'jsfive';
import { ModelError } from './model-error.ts';

export interface KerasWeight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A layer of a functional Keras model. `inputs` names the layers that feed it. */
export interface KerasLayer {
  readonly name: string;
  readonly kind: string;
  readonly inputs: readonly string[];
  readonly config: Readonly<Record<string, unknown>>;
  /** By their plain names, for example `kernel` or `moving_mean`. */
  readonly weights: ReadonlyMap<string, KerasWeight>;
}

interface LayerJson {
  readonly name: string;
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inbound_nodes: readonly (readonly (readonly [string, ...unknown[]])[])[];
}

/**
 * The layers of a Keras 2 model that `model.save` wrote as HDF5, in topological order.
 *
 * @throws ModelError `model_unsupported_operation` where the bytes are something else
 */
export function readKerasModel(bytes: Uint8Array): KerasLayer[] {
  try {
    const file = new File(Uint8Array.from(bytes).buffer, 'model.hdf5');
    const { config } = JSON.parse(String(file.attrs['model_config'])) as {
      config: { layers: readonly LayerJson[] };
    };
    return config.layers.map((layer) => ({
      name: layer.name,
      kind: layer.class_name,
      inputs: (layer.inbound_nodes[0] ?? []).map(([name]) => name),
      config: layer.config,
      weights: readWeights(file.get(`model_weights/${layer.name}`)),
    }));
  } catch (cause) {
    throw new ModelError({
      code: 'model_unsupported_operation',
      message: "The file isn't a Keras model in HDF5.",
      cause,
    });
  }
}

function readWeights(group: Group | Dataset): Map<string, KerasWeight> {
  const weights = new Map<string, KerasWeight>();
  if (!(group instanceof Group)) return weights;
  const names = group.attrs['weight_names'];
  for (const padded of Array.isArray(names) ? names : []) {
    // Strings of fixed length come with the zeros that fill them up.
    const path = String(padded).replaceAll('\0', '');
    const dataset = group.get(path);
    if (!(dataset instanceof Dataset)) throw new Error(`${path} is no dataset`);
    const name = path.replace(/^.*\//, '').replace(/:\d+$/, '');
    weights.set(name, { shape: dataset.shape, data: Float32Array.from(dataset.value) });
  }
  return weights;
}
