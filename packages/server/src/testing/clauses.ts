/** What the protocols ask of a server, a clause each; the README's tables are written from this list and from the tests of its clauses. */

/** The protocols, in the order of their tables. */
export const protocols = {
  rest: 'Open Inference Protocol, REST',
  binary: 'Binary tensor extension',
  repository: 'Model repository, statistics and model configuration extensions',
  grpc: 'Open Inference Protocol, gRPC',
  tei: 'text-embeddings-inference',
} as const;

export const clauses = {
  'rest-1': 'GET /v2 and /v2/ answer name, version and extensions',
  'rest-2': 'GET /v2/health/live answers 200 and live',
  'rest-3': 'GET /v2/health/ready answers 200 where every model is ready, 503 otherwise',
  'rest-4': 'GET /v2/models/M[/versions/V] answers name, versions, platform, inputs and outputs',
  'rest-5':
    'a request built from the metadata alone is answered: inputs say which exclude one another and which are optional',
  'rest-6': 'GET /v2/models/M[/versions/V]/ready answers name and ready',
  'rest-7': 'POST .../infer answers model_name, model_version, id, parameters and outputs',
  'rest-8': 'an id of any length comes back',
  'rest-9': 'outputs can be chosen; one that is asked for twice is refused',
  'rest-10': 'elements come flat or nested, row-major',
  'rest-11': 'parameters of requests and tensors are scalars; others are refused by their name',
  'rest-12':
    'a tensor parameter that would go unheard (classification, content_type base64, shared memory) is refused by its name',
  'rest-13': 'a body without Content-Type is read as JSON',
  'rest-14': 'bytes that are not UTF-8 are refused with 400',
  'rest-15': 'errors have the field error and an HTTP status from 400',
  'rest-16': 'an unknown model or version is 404',
  'rest-17': 'timeout in microseconds bounds the wait; with timeout_ms it is refused',
  'rest-18': 'fields of a body that the protocol does not name are left alone',
  'binary-1': 'the extension binary_tensor_data is announced',
  'binary-2': 'BYTES inputs come behind the JSON, each element behind its length in 4 bytes',
  'binary-3': 'INT64 inputs come behind the JSON, little-endian',
  'binary-4':
    'binary_data_output without outputs: all come back as bytes, with binary_data_size and Inference-Header-Content-Length',
  'binary-5': 'outputs[].parameters.binary_data chooses for one output, over binary_data_output',
  'binary-6': 'inputs as JSON and as bytes stand side by side, bytes in the order of the inputs',
  'binary-7': 'a length or size that does not fit is refused with 400 that says so',
  'binary-8': 'tensors as bytes on any other route are refused by the name of the header',
  'binary-9':
    "the official Triton client's requests for health, metadata and inference are answered, byte for byte as it sends them",
  'binary-10': 'text in bytes that is not UTF-8 is refused with 400',
  'repository-1': 'POST /v2/repository/index lists name, version, state and reason; ready: true those that answer',
  'repository-2': 'unload takes one model out of service, load brings it back, and no other is touched',
  'repository-3':
    'a model that cannot be opened is UNAVAILABLE with the reason, and stops no other at the start, at SIGHUP or at load',
  'repository-4': 'a model that is loaded is opened anew; where that fails it stays as it was',
  'repository-5': 'an unknown model is 404, an unknown parameter 400',
  'repository-6': 'where clients may not load and unload, both are 403',
  'repository-7':
    'GET /v2/models[/M[/versions/V]]/stats counts texts, batches, successes and failures with their times',
  'repository-8': 'GET /v2/models/M/config gives inputs and outputs with data_type and dims',
  'repository-9': "the official Triton client's requests for them are answered, byte for byte as it sends them",
  'grpc-1': 'ServerLive, ServerReady and ModelReady',
  'grpc-2': 'ServerMetadata and ModelMetadata',
  'grpc-3': 'ModelInfer with contents answers contents',
  'grpc-4': 'ModelInfer with raw_input_contents answers raw_output_contents',
  'grpc-5': 'parameters of every kind become a budget, and the answer says what ran',
  'grpc-6': 'what is wrong with a request is INVALID_ARGUMENT that says so',
  'grpc-7': 'errors of the service have their status code, with code and details in the metadata',
  'grpc-8': 'an API key is asked for where HTTP asks for one',
  'grpc-9': 'RepositoryIndex, RepositoryModelLoad, RepositoryModelUnload and ModelStatistics',
  'grpc-10': "the client's deadline bounds the wait, and a cancelled call is abandoned",
  'grpc-11': 'one limit of requests in flight counts HTTP and gRPC together',
  'tei-1': 'inputs are a text, [text], [text, pair], or a list of these; lists of one text answer one ranking',
  'tei-2': 'null stands for what is not given',
  'tei-3': 'fields of other routes and versions (normalize, ...) are left alone',
  'tei-4': 'truncation_direction Left is accepted where nothing is cut, and refused with 413 where something would be',
  'tei-5': 'raw_scores gives logits',
  'tei-6': 'a body that is not JSON is 400, JSON that is not as expected 422, a text that is too long 413',
  'tei-7':
    'headers x-compute-type, -time, -characters, -tokens, x-total-time, x-tokenization-time, x-queue-time, x-inference-time; times are whole milliseconds',
  'tei-8': 'GET /info has every required field',
  'tei-9': 'POST / and POST /invocations predict, GET /ping is GET /health',
  'tei-10': 'POST /tokenize gives id, text, special, start and stop, with and without special tokens',
  'tei-11': "Hugging Face's inference client classifies at /models/M",
} as const;

export type ClauseId = keyof typeof clauses;
