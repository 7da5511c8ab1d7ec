import { countsUsage, jsonSchema, plain, sendsImage, streamed } from './answers.mjs';
import { callerAborts, cutMidStream, upstreamError } from './failures.mjs';
import { parallelTools, toolCall, toolRoundTrip } from './tools.mjs';

export const scenariosByKey = {
  plain,
  streamed,
  'tool-call': toolCall,
  'tool-round-trip': toolRoundTrip,
  'parallel-tools': parallelTools,
  image: sendsImage,
  'json-schema': jsonSchema,
  usage: countsUsage,
  'error-400': upstreamError,
  'error-429': upstreamError,
  'error-500': upstreamError,
  cut: cutMidStream,
  abort: callerAborts,
};
