namespace Signalbox.FunctionalTests.Fuzz;

/// <summary>Bodies that use much of each dialect, as text: what the mutations start from.</summary>
internal static class ValidBodies
{
    public static IReadOnlyDictionary<string, string[]> ByDialect { get; } = new Dictionary<string, string[]>
    {
        ["openai-chat"] = [Chat, ChatPlain],
        ["openai-responses"] = [Responses, ResponsesPlain],
        ["anthropic-messages"] = [Messages, MessagesPlain],
        ["gemini"] = [Gemini, GeminiPlain],
        ["ollama"] = [Ollama, OllamaPlain],
    };

    private const string ChatPlain = """{"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true}""";

    private const string Chat = """
        {"model":"m","stream":false,"temperature":0.5,"top_p":0.9,"max_completion_tokens":100,"seed":7,"stop":["END"],"n":1,"logprobs":true,
         "top_logprobs":2,"reasoning_effort":"low","user":"u1","metadata":{"a":"b"},"logit_bias":{"5":1},"parallel_tool_calls":true,"presence_penalty":0.1,
         "response_format":{"type":"json_schema","json_schema":{"name":"s","strict":true,"schema":{"type":"object","properties":{"a":{"type":"string"}}}}},
         "tools":[{"type":"function","function":{"name":"get_weather","description":"d","strict":true,"parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}],
         "tool_choice":{"type":"function","function":{"name":"get_weather"}},
         "messages":[{"role":"system","content":"Be brief."},{"role":"developer","content":[{"type":"text","text":"Yes."}]},
          {"role":"user","name":"ann","content":[{"type":"text","text":"Look"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA","detail":"low"}},
           {"type":"image_url","image_url":{"url":"https://example.com/a.png"}},{"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}},
           {"type":"file","file":{"file_id":"file-1"}},{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,AAAA"}}]},
          {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Bern\"}"}}]},
          {"role":"tool","tool_call_id":"c1","content":"sunny"},{"role":"assistant","content":"Sunny.","refusal":null}]}
        """;

    private const string ResponsesPlain = """{"model":"m","input":"Hi","stream":true}""";

    private const string Responses = """
        {"model":"m","instructions":"Be brief.","stream":false,"temperature":0.5,"max_output_tokens":100,"top_p":0.9,"store":false,
         "reasoning":{"effort":"low","summary":"auto"},"include":["reasoning.encrypted_content"],"truncation":"auto","metadata":{"a":"b"},"parallel_tool_calls":false,
         "text":{"format":{"type":"json_schema","name":"s","schema":{"type":"object"},"strict":true},"verbosity":"low"},
         "tools":[{"type":"function","name":"get_weather","description":"d","parameters":{"type":"object"},"strict":true}],
         "tool_choice":{"type":"function","name":"get_weather"},
         "input":[{"role":"user","content":[{"type":"input_text","text":"Look"},{"type":"input_image","image_url":"data:image/png;base64,AAAA","detail":"auto"},
           {"type":"input_image","file_id":"file-1"},{"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,AAAA"},{"type":"input_file","file_url":"https://example.com/a.pdf"}]},
          {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Think"}],"encrypted_content":"abc"},
          {"type":"function_call","id":"fc_1","call_id":"c1","name":"get_weather","arguments":"{}"},{"type":"function_call_output","call_id":"c1","output":"sunny"},
          {"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"Sunny.","annotations":[]}]},
          {"role":"developer","content":"Yes."}]}
        """;

    private const string MessagesPlain = """{"model":"m","max_tokens":50,"messages":[{"role":"user","content":"Hi"}],"stream":true}""";

    private const string Messages = """
        {"model":"m","max_tokens":2000,"stream":false,"temperature":1,"top_k":5,"stop_sequences":["END"],"metadata":{"user_id":"u1"},
         "system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}}],"thinking":{"type":"enabled","budget_tokens":1024},
         "tools":[{"name":"get_weather","description":"d","input_schema":{"type":"object","properties":{"city":{"type":"string","minLength":1}}}}],
         "tool_choice":{"type":"tool","name":"get_weather","disable_parallel_tool_use":true},
         "messages":[{"role":"user","content":[{"type":"text","text":"Look"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},
           {"type":"image","source":{"type":"url","url":"https://example.com/a.png"}},{"type":"document","title":"t","source":{"type":"text","media_type":"text/plain","data":"words"}},
           {"type":"document","source":{"type":"file","file_id":"file_1"}}]},
          {"role":"assistant","content":[{"type":"thinking","thinking":"Hm","signature":"c2ln"},{"type":"redacted_thinking","data":"AAAA"},{"type":"tool_use","id":"t1","name":"get_weather","input":{"city":"Bern"}}]},
          {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","is_error":false,"content":[{"type":"text","text":"sunny"}]},{"type":"text","text":"So?"}]}]}
        """;

    private const string GeminiPlain = """{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}""";

    private const string Gemini = """
        {"systemInstruction":{"parts":[{"text":"Be brief."}]},
         "generationConfig":{"temperature":0.5,"topP":0.9,"topK":5,"candidateCount":1,"maxOutputTokens":100,"stopSequences":["END"],"seed":7,"responseLogprobs":true,"logprobs":2,
          "responseMimeType":"application/json","responseSchema":{"type":"OBJECT","properties":{"a":{"type":"STRING","nullable":true}}},"thinkingConfig":{"thinkingBudget":1024,"includeThoughts":true}},
         "safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"BLOCK_NONE"}],
         "tools":[{"functionDeclarations":[{"name":"get_weather","description":"d","parameters":{"type":"OBJECT","properties":{"city":{"type":"STRING"}}}}]}],
         "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["get_weather"]}},
         "contents":[{"role":"user","parts":[{"text":"Look"},{"inlineData":{"mimeType":"image/png","data":"AAAA"}},{"fileData":{"mimeType":"image/png","fileUri":"https://example.com/a.png"}},{"fileData":{"fileUri":"gs://b/f"}}]},
          {"role":"model","parts":[{"text":"Hm","thought":true},{"functionCall":{"id":"c1","name":"get_weather","args":{"city":"Bern"}},"thoughtSignature":"c2ln"}]},
          {"role":"user","parts":[{"functionResponse":{"id":"c1","name":"get_weather","response":{"result":"sunny"}}}]}]}
        """;

    private const string OllamaPlain = """{"model":"m","messages":[{"role":"user","content":"Hi"}]}""";

    private const string Ollama = """
        {"model":"m","stream":false,"think":"low","keep_alive":"5m","format":{"type":"object","properties":{"a":{"type":"string"}}},
         "options":{"temperature":0.5,"top_p":0.9,"top_k":5,"num_predict":100,"seed":7,"stop":["END"],"num_ctx":4096,"repeat_penalty":1.1},
         "tools":[{"type":"function","function":{"name":"get_weather","description":"d","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}],
         "messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Look","images":["AAAA"]},
          {"role":"assistant","content":"","thinking":"Hm","tool_calls":[{"function":{"name":"get_weather","arguments":{"city":"Bern"}}}]},
          {"role":"tool","tool_name":"get_weather","content":"sunny"}]}
        """;
}
