/** Whether questions find their own paragraph, by vectors of length 1. */

/** The scalar product of two vectors of one length. */
export const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);

/**
 * Share of questions whose own paragraph is nearest.
 *
 * @param owners numbers of the paragraphs that questions are about. Default: one question a paragraph, in their order
 */
export const firstOf = (
  questions: readonly Float32Array[],
  paragraphs: readonly Float32Array[],
  owners: readonly number[] = [...questions.keys()],
): number =>
  questions.filter((question, asked) => {
    const own = owners[asked];
    const near = paragraphs.map((paragraph) => dot(question, paragraph));
    return near.every((value, other) => other === own || value < (near[own as number] as number));
  }).length / questions.length;
