import anthropic from './anthropic.mjs';
import gemini from './gemini.mjs';
import ollama from './ollama.mjs';
import openaiChat from './openai-chat.mjs';
import openaiResponses from './openai-responses.mjs';

export const clientsByName = Object.fromEntries([openaiChat, openaiResponses, anthropic, gemini, ollama].map(c => [c.name, c]));
