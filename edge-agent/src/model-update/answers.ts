import { intersectionOverUnion } from '../detect/non-max-suppression.ts';
import type { Box, Detection, EmotionScores } from '../ports.ts';
import type { ReferenceFace } from './reference-pictures.ts';

/**
 * All known detectors find all faces of the reference pictures, with overlaps from 0.65, and nothing else: this leaves
 * room for one that frames faces differently, not for one that is wrong.
 */
const limits = { overlap: 0.4, foundShare: 0.9, otherShare: 0.2 } as const;
/**
 * The known classifiers agree with 60 to 100 % of the clear faces (mean over the emotions, since most faces are happy), a
 * network that always says the same with a third. One that exchanges two emotions agrees with none of the one.
 */
const minimumAgreement = { mean: 0.5, each: 0.25 } as const;

export interface FoundFaces {
  readonly expected: readonly { readonly box: Box }[];
  readonly found: readonly Detection[];
}

/** What is wrong with a detector's answers, as one sentence; undefined where they are good. */
export function detectorFault(pictures: readonly FoundFaces[]): string | undefined {
  let [expected, right, others] = [0, 0, 0];
  for (const picture of pictures) {
    const matched = picture.expected.filter(({ box }) =>
      picture.found.some((face) => intersectionOverUnion(face.box, box) >= limits.overlap),
    ).length;
    expected += picture.expected.length;
    right += matched;
    others += Math.max(0, picture.found.length - matched);
  }
  const least = Math.ceil(limits.foundShare * expected);
  const most = Math.floor(limits.otherShare * expected);
  if (right >= least && others <= most) return undefined;
  return `It finds ${right} of ${expected} faces in the reference pictures and ${others} that are none; at least ${least}, and at most ${most}, are wanted.`;
}

export interface NamedFace {
  readonly emotion: NonNullable<ReferenceFace['emotion']>;
  readonly scores: EmotionScores;
}

/** What is wrong with a classifier's answers, as one sentence; undefined where they are good. */
export function classifierFault(faces: readonly NamedFace[]): string | undefined {
  const isNumber = ({ scores }: NamedFace) => Object.values(scores).every(Number.isFinite);
  const broken = faces.filter((face) => !isNumber(face)).length;
  if (broken > 0) return `For ${broken} of ${faces.length} reference faces it gives no numbers.`;
  const shares = agreementOf(faces);
  const mean = meanOf([...shares.values()]);
  const [least] = [...shares].toSorted(([, a], [, b]) => a - b);
  if (mean >= minimumAgreement.mean && (least?.[1] ?? 0) >= minimumAgreement.each) return undefined;
  const figures = [...shares].map(([emotion, share]) => `${percent(share)} of the ${emotion} ones`);
  const { mean: wanted, each } = minimumAgreement;
  return `Of the clear reference faces it names ${figures.join(', ')}; at least ${percent(each)} of each and ${percent(wanted)} on average are wanted.`;
}

/** Share of faces whose likeliest emotion is the expected one, for each expected emotion. */
export function agreementOf(
  faces: readonly NamedFace[],
): ReadonlyMap<NamedFace['emotion'], number> {
  const shares = new Map<NamedFace['emotion'], number>();
  for (const [emotion, group] of Map.groupBy(faces, (face) => face.emotion)) {
    const agreeing = group.filter(({ scores }) => likeliestOf(scores) === emotion);
    shares.set(emotion, agreeing.length / group.length);
  }
  return shares;
}

function meanOf(shares: readonly number[]): number {
  return shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length);
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function likeliestOf(scores: EmotionScores): string | undefined {
  return Object.entries(scores).toSorted(([, a], [, b]) => b - a)[0]?.[0];
}
