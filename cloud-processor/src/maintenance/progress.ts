/** What a person is shown: a step, and how far it is (0 to 1). */
export type Progress = (step: string, share: number) => void;
