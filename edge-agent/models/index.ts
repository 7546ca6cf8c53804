export { ensureModels } from './ensure-models.ts';
export type { InstalledModel, InstalledModels, ModelProgress } from './ensure-models.ts';
export { verifyModelBytes } from './model-card.ts';
export { ModelError, type ModelErrorCode } from './model-error.ts';
export { decodeGraph } from './onnx-graph.ts';
export type { AttributeValue, Graph, GraphConstant, GraphNode } from './onnx-graph.ts';
export type { BuiltModelId, Precision } from './recipes.ts';
export { samePadding } from './tensor-layout.ts';
