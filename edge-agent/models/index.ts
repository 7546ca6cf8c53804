export { ensureModels } from './ensure-models.ts';
export type { InstalledModel, InstalledModels, ModelProgress } from './ensure-models.ts';
export { verifyModelBytes } from './model-card.ts';
export { ModelError } from './model-error.ts';
export type { BuiltModelId, Precision } from './recipes.ts';
