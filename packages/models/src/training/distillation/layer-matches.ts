/** A depth of the student and the depth of the teacher that it learns from: 0 is the embeddings, i what leaves layer i - 1. */
export interface LayerMatch {
  readonly student: number;
  readonly teacher: number;
}

/**
 * What each depth of a student learns from: the embeddings from the embeddings, layer i (from 1) from layer
 * g(i) = i * teacherLayers / studentLayers, so that the last layers match (Jiao et al. 2020, section 4.1); rounded where it
 * does not come out even.
 *
 * @example
 * layerMatches(2, 6); // [{ student: 0, teacher: 0 }, { student: 1, teacher: 3 }, { student: 2, teacher: 6 }]
 */
export const layerMatches = (studentLayers: number, teacherLayers: number): LayerMatch[] =>
  Array.from({ length: studentLayers + 1 }, (_, depth) => {
    const matched = Math.round((depth * teacherLayers) / studentLayers);
    return { student: depth, teacher: depth === 0 ? 0 : Math.max(1, matched) };
  });
