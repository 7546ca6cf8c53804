import type { EmotionSubject } from './emotion-subjects.ts';
import { emotionRow, type EmotionRow } from './emotion-row.ts';
import type { LabelledLogits } from './emotion-metrics.ts';
import { darken, type LabelledFace } from './labelled-data.ts';
import { medianOf } from './median.ts';

/** Runs a classifier, started and stopped here, over all faces. */
export async function evaluateEmotion(options: {
  subject: EmotionSubject;
  faces: readonly LabelledFace[];
  onProgress: (done: number, total: number) => void;
  nowMs?: () => number;
}): Promise<EmotionRow> {
  const { subject, faces, onProgress, nowMs = () => performance.now() } = options;
  const { classifier, light = 1 } = subject;
  await classifier.start();
  try {
    const samples: LabelledLogits[] = [];
    const times: number[] = [];
    for (const { emotion, frame, face } of faces) {
      const seen = light === 1 ? frame : darken(frame, light);
      const startedAtMs = nowMs();
      const logits = await classifier.logits(seen, face);
      times.push(nowMs() - startedAtMs);
      samples.push({ truth: classifier.classes.indexOf(emotion), logits });
      onProgress(samples.length, faces.length);
    }
    return emotionRow({ classifier, samples, medianMs: medianOf(times) });
  } finally {
    await classifier.stop();
  }
}
