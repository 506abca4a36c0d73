import * as tf from '@tensorflow/tfjs';
import { describeOnBackends, expectNoLeak } from '../testing/backends.js';
import { crossEntropy, klDivergence, meanSquaredError } from './distillation.js';

const softmax = (logits: readonly number[]): number[] => {
  const powers = logits.map(Math.exp);
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
};
const kl = (p: readonly number[], q: readonly number[]): number =>
  p.reduce((sum, share, i) => sum + share * Math.log(share / (q[i] ?? 0)), 0);

const teacher = [1.5, -0.5, 0.25];
const student = [0.2, 0.4, -1];
const value = (loss: () => tf.Scalar): number => tf.tidy(() => loss().arraySync());

describeOnBackends('distillation', () => {
  test('KL(teacher || student), and the reference direction on request', () => {
    const [p, q] = [softmax(teacher), softmax(student)];
    expect(value(() => klDivergence(tf.tensor2d([teacher]), tf.tensor2d([student])))).toBeCloseTo(kl(p, q), 5);
    const reversed = () =>
      klDivergence(tf.tensor2d([teacher]), tf.tensor2d([student]), { direction: 'student-teacher' });
    expect(value(reversed)).toBeCloseTo(kl(q, p), 5);
  });

  test('temperature softens and is scaled back', () => {
    const soft = (logits: readonly number[]) => softmax(logits.map((logit) => logit / 2));
    const loss = () => klDivergence(tf.tensor2d([teacher]), tf.tensor2d([student]), { temperature: 2 });
    expect(value(loss)).toBeCloseTo(4 * kl(soft(teacher), soft(student)), 5);
  });

  test('gradients: P_s - P_t, and P_s ((log P_s - log P_t) - KL) the other way round', async () => {
    const [p, q] = [softmax(teacher), softmax(student)];
    await expectNoLeak(() => {
      const gradient = (direction: 'teacher-student' | 'student-teacher') =>
        tf.tidy(() =>
          Array.from(
            tf
              .grad((x) => klDivergence(tf.tensor2d([teacher]), x, { direction }))(tf.tensor2d([student]))
              .dataSync(),
          ),
        );
      gradient('teacher-student').forEach((g, i) => expect(g).toBeCloseTo((q[i] ?? 0) - (p[i] ?? 0), 5));
      gradient('student-teacher').forEach((g, i) => {
        expect(g).toBeCloseTo((q[i] ?? 0) * (Math.log((q[i] ?? 0) / (p[i] ?? 0)) - kl(q, p)), 5);
      });
    });
  });

  test('nothing but the loss is left behind outside a tidy', async () => {
    const [target, output] = [tf.tensor2d([teacher]), tf.tensor2d([student])];
    await expectNoLeak(() =>
      tf.dispose([klDivergence(target, output), crossEntropy(output, [0]), meanSquaredError(target, output)]),
    );
    tf.dispose([target, output]);
  });

  test('cross-entropy and squared error', () => {
    expect(value(() => crossEntropy(tf.tensor2d([teacher, student]), [0, 2]))).toBeCloseTo(
      -(Math.log(softmax(teacher)[0] ?? 0) + Math.log(softmax(student)[2] ?? 0)) / 2,
      5,
    );
    expect(value(() => meanSquaredError(tf.tensor2d([[1], [2]]), tf.tensor2d([[0], [4]])))).toBe(2.5);
  });
});
