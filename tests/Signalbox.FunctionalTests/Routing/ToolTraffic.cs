using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Routing;

/// <summary>Tool calls in each protocol: an answer whose arguments are placeholders, cut within one where the protocol sends pieces, and a conversation with a call and its result.</summary>
internal static class ToolTraffic
{
    private const string Arguments = """{"text":"[QUOTED_1]","to":"[EMAIL_1]"}""";
    private const string Escaped = """{\"text\":\"[QUOTED_1]\",\"to\":\"[EMAIL_1]\"}""";
    private const string ResponseItem = $$"""{"id":"f1","type":"function_call","status":"completed","call_id":"t1","name":"note","arguments":"{{Escaped}}"}""";
    private static readonly string[] Cut = ["""{\"text\":\"[QUO""", """TED_1]\",\"to\":\"[EMAIL_""", """1]\"}"""];

    public static string Complete(Wire wire) => wire.Dialect switch
    {
        "openai-chat" => """{"id":"c1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":"""
            + $$$"""[{"id":"t1","type":"function","function":{"name":"note","arguments":"{{{Escaped}}}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}""",
        "openai-responses" => Response("completed", ResponseItem),
        "anthropic-messages" => $$$"""{"id":"a1","type":"message","role":"assistant","model":"m","content":[{"type":"tool_use","id":"t1","name":"note","input":{{{Arguments}}}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":2}}""",
        "gemini" => $$$"""{"candidates":[{"content":{"parts":[{"functionCall":{"name":"note","args":{{{Arguments}}}}}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":2,"totalTokenCount":11},"modelVersion":"m","responseId":"g1"}""",
        _ => $$$"""{"model":"m","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"note","arguments":{{{Arguments}}}}}]},"done":true,"done_reason":"stop","prompt_eval_count":9,"eval_count":2}""",
    };

    public static IEnumerable<string> Stream(Wire wire) => wire.Dialect switch
    {
        "openai-chat" =>
        [
            ChatFrame("""{"role":"assistant","tool_calls":[{"index":0,"id":"t1","type":"function","function":{"name":"note","arguments":""}}]}""", "null"),
            .. Cut.Select(static piece => ChatFrame($$$"""{"tool_calls":[{"index":0,"function":{"arguments":"{{{piece}}}"}}]}""", "null")),
            ChatFrame("{}", "\"tool_calls\""),
            "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11}}\n\n",
            "data: [DONE]\n\n",
        ],
        "openai-responses" =>
        [
            Event("response.created", $$"""{"sequence_number":0,"response":{{Response("in_progress", "")}}}"""),
            Event("response.output_item.added", """{"sequence_number":1,"output_index":0,"item":{"id":"f1","type":"function_call","status":"in_progress","call_id":"t1","name":"note","arguments":""}}"""),
            .. Cut.Select(static (piece, i) => Event("response.function_call_arguments.delta", $$"""{"sequence_number":{{i + 2}},"item_id":"f1","output_index":0,"delta":"{{piece}}"}""")),
            Event("response.function_call_arguments.done", $$"""{"sequence_number":5,"item_id":"f1","output_index":0,"arguments":"{{Escaped}}"}"""),
            Event("response.output_item.done", $$"""{"sequence_number":6,"output_index":0,"item":{{ResponseItem}}}"""),
            Event("response.completed", $$"""{"sequence_number":7,"response":{{Response("completed", ResponseItem)}}}"""),
        ],
        "anthropic-messages" =>
        [
            Event("message_start", """{"message":{"id":"a1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":1}}}"""),
            Event("content_block_start", """{"index":0,"content_block":{"type":"tool_use","id":"t1","name":"note","input":{}}}"""),
            .. Cut.Select(static piece => Event("content_block_delta", $$$"""{"index":0,"delta":{"type":"input_json_delta","partial_json":"{{{piece}}}"}}""")),
            Event("content_block_stop", """{"index":0}"""),
            Event("message_delta", """{"delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":2}}"""),
            "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
        ],
        "gemini" => [$"data: {Complete(wire)}\r\n\r\n"],
        _ =>
        [
            Complete(wire).Replace("\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":9,\"eval_count\":2", "\"done\":false", StringComparison.Ordinal) + "\n",
            """{"model":"m","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","prompt_eval_count":9,"eval_count":2}""" + "\n",
        ],
    };

    /// <summary>A question, a call for it, and the result. What looks like an address in a field that is no text stays.</summary>
    public static string Conversation(Wire wire, string model, string email, string phone) => wire.Dialect switch
    {
        "openai-chat" => $$$"""
            { "model":"{{{model}}}", "user": "a@b.example.org", "messages":[{"role":"system","content":"Be brief."},{"role":"user","content":[{"type":"text","text":"Who is {{{email}}}?"}]},
              {"role":"assistant","content":null,"tool_calls":[{"id":"t@example.org","type":"function","function":{"name":"look","arguments":"{\"who\":\"{{{email}}}\"}"}}]},
              {"role":"tool","tool_call_id":"t@example.org","content":"Ada, {{{phone}}}, {{{email}}}"}], "zzz":  [1.50, "\u0041"] }
            """,
        "openai-responses" => $$$"""
            { "model":"{{{model}}}", "instructions":"Be brief about {{{email}}}.", "input":[{"role":"user","content":[{"type":"input_text","text":"Who is {{{email}}}?"}]},
              {"type":"function_call","call_id":"t@example.org","name":"look","arguments":"{\"who\":\"{{{email}}}\"}"},
              {"type":"function_call_output","call_id":"t@example.org","output":"Ada, {{{phone}}}, {{{email}}}"}], "metadata":  {"a": "\u0041"} }
            """,
        "anthropic-messages" => $$$"""
            { "model":"{{{model}}}", "max_tokens": 64, "system":[{"type":"text","text":"Be brief about {{{email}}}."}], "messages":[{"role":"user","content":"Who is {{{email}}}?"},
              {"role":"assistant","content":[{"type":"tool_use","id":"t_1","name":"look","input":{"who":"{{{email}}}"}}]},
              {"role":"user","content":[{"type":"tool_result","tool_use_id":"t_1","content":[{"type":"text","text":"Ada, {{{phone}}}, {{{email}}}"}]}]}], "zzz":  [1.50, "\u0041"] }
            """,
        "gemini" => $$$"""
            { "systemInstruction":{"parts":[{"text":"Be brief about {{{email}}}."}]}, "contents":[{"role":"user","parts":[{"text":"Who is {{{email}}}?"}]},
              {"role":"model","parts":[{"functionCall":{"name":"look","args":{"who":"{{{email}}}"} }}]},
              {"role":"user","parts":[{"functionResponse":{"name":"look","response":{"found":["Ada, {{{phone}}}, {{{email}}}"]} }}]}], "zzz":  [1.50, "\u0041"] }
            """,
        _ => $$$"""
            { "model":"{{{model}}}", "stream": false, "messages":[{"role":"user","content":"Who is {{{email}}}?"},
              {"role":"assistant","content":"","tool_calls":[{"function":{"name":"look","arguments":{"who":"{{{email}}}"} }}]},
              {"role":"tool","tool_name":"look","content":"Ada, {{{phone}}}, {{{email}}}"}], "zzz":  [1.50, "\u0041"] }
            """,
    };

    private static string ChatFrame(string delta, string finish) =>
        $$"""data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{{delta}},"finish_reason":{{finish}}}]}""" + "\n\n";

    private static string Response(string status, string output) =>
        $$"""{"id":"r1","object":"response","created_at":1,"status":"{{status}}","error":null,"incomplete_details":null,"model":"m","output":[{{output}}],"usage":"""
        + (output.Length > 0 ? """{"input_tokens":9,"output_tokens":2,"total_tokens":11}}""" : "null}");

    private static string Event(string type, string rest) => $"event: {type}\ndata: {{\"type\":\"{type}\",{rest[1..]}\n\n";
}
