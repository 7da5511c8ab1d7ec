// What is compared. Models with a preset are made by ../shared/engine/mk_gguf.py, the others by the engine's tests (ParityModels.cs).

const prompt = [1, 288, 259, 17, 44, 300, 5, 61];

/** F32 throughout: only the order of sums differs. */
const exact = { kv: 'F32', n: 64, limits: { max: 1e-4 }, sameTokens: true };

/**
 * Gelu is looked up in half precision, so that a difference in the last bit of a sum can move a value by a half's last bit: seldom, but by more
 * than the sums themselves.
 */
const gelu = { ...exact, limits: { mean: 5e-4, max: 5e-3 } };

/** Activations are rounded to 8 bits (F16: to halves), where the last bit of a sum decides too; best tokens count where they are clear. */
const rounded = { kv: 'F16', n: 64, forced: true, limits: { mean: 0.02, clear: 0.15 } };

const preset = (name, type, more) => ({ name: `${name} ${type}`, model: `${name}-${type}`, preset: name, type, tokens: prompt, ...more });
const architecture = (name, more) => ({ name, model: name, tokens: prompt, ...more });

export const cases = [
  preset('tiny', 'f32', exact),
  preset('tiny', 'f16', rounded),
  preset('tiny', 'q8_0', rounded),
  preset('tiny', 'q4_0', rounded),
  { ...preset('tiny', 'f32', exact), name: 'tiny f32 with an adapter', lora: { rank: '4', alpha: '8', seed: '1' } },
  { ...preset('tiny', 'q4_0', rounded), name: 'tiny q4_0 with an adapter at 0.5', lora: { rank: '3', alpha: '5', seed: '9', scale: '0.5' } },
  { ...architecture('llama', exact), name: 'llama with an adapter that was trained here', trained: ['--rank', '4', '--alpha', '32', '--learning-rate', '0.02'] },
  preset('k', 'f32', { ...exact, seed: '5' }),
  preset('k', 'q4_k', { ...rounded, seed: '5' }),
  preset('k', 'q6_k', { ...rounded, seed: '5' }),
  preset('110u', 'f32', exact),
  preset('110u', 'q8_0', { ...rounded, slow: true }),
  preset('110u', 'q4_0', rounded),
  preset('110u', 'f16', { ...rounded, slow: true }),
  preset('1b', 'f32', { ...exact, slow: true }),
  preset('1b', 'f16', { ...rounded, slow: true }),
  preset('1b', 'q8_0', { ...rounded, slow: true }),
  preset('1b', 'q4_0', { ...rounded, slow: true }),
  architecture('llama', exact),
  architecture('llama-tied', exact),
  architecture('llama-linear', exact),
  architecture('llama-yarn', exact),
  architecture('llama-freqs', exact),
  architecture('llama-perlayer', exact),
  architecture('qwen2', exact),
  architecture('qwen2-tied', exact),
  architecture('gemma', gelu),
  architecture('gemma2', { ...gelu, n: 90 }),
  architecture('phi3', exact),
  architecture('phi3-long', { ...exact, n: 90 }),
  architecture('bert', { embedding: true, tokens: [2, 70, 71, 88, 120, 200, 201, 233, 299, 310, 3], limits: { max: 2e-4 } }),
];
