import { useWasm } from '@length-adaptive/core/wasm';
import {
  createStudent,
  distill,
  encodeExamples,
  fineTune,
  labelsOf,
  openModel,
  readExamples,
  saveModel,
  sequenceClassification,
} from '@length-adaptive/models';

await useWasm();
const examples = await readExamples('reviews.tsv');
const teacher = await openModel('models/pretrained', { task: sequenceClassification(labelsOf(examples)) });
const train = encodeExamples(teacher.tokenizer, teacher.model.task, examples);
await fineTune(teacher.model, { train }, { epochs: 2 });

// Some of the teacher's layers with its embeddings and its head; or { shape: '4L-312' }, with new weights.
const student = await createStudent(teacher.model, { layers: [0, 2] });

// First what the layers compute, then the answers, every length at once.
await distill(student, teacher.model, { train }, { method: 'intermediate', epochs: 2 });
const { losses } = await distill(
  student,
  teacher.model,
  { train },
  { method: 'prediction', epochs: 2, lengthDrop: { dropRatioBound: 0.2 } },
);
await saveModel('models/small', { ...teacher, model: student });
console.log(losses.at(-1), student.macs(128) / teacher.model.macs(128));
