// node embed.mjs MODEL.gguf 1,2,3: llama.cpp's pooled embedding of a text as JSON.
import { getLlama } from 'node-llama-cpp';

const [modelPath, tokens] = process.argv.slice(2);
const llama = await getLlama({ build: 'never', gpu: false, maxThreads: 2, logLevel: 'disabled' });
const model = await llama.loadModel({ modelPath });
const context = await model.createEmbeddingContext({ contextSize: 256, batchSize: 256 });
const { vector } = await context.getEmbeddingFor(tokens.split(',').map(Number));
process.stdout.write(JSON.stringify(vector));
await llama.dispose();
