import type { ImageInput } from '../images/image-input.js';

/** One image of a data set, and what is known about it. */
export interface ImageExample {
  /** Its pixels; or its file, which is still to be read (`readImageExamples`). */
  readonly image: ImageInput;
  /** A class by name. Absent where there is none. */
  readonly label?: string | undefined;
  /** What messages call it. */
  readonly id?: string | undefined;
}
