import anthropic from './anthropic-messages.mjs';
import gemini from './gemini.mjs';
import ollama from './ollama.mjs';
import openaiChat from './openai-chat.mjs';
import openaiResponses from './openai-responses.mjs';

export const upstreamsByName = Object.fromEntries([openaiChat, openaiResponses, anthropic, gemini, ollama].map(u => [u.name, u]));
