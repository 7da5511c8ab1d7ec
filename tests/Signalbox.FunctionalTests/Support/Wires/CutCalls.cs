namespace Signalbox.FunctionalTests.Support.Wires;

/// <summary>Answers with a tool call that are cut off in the middle of its arguments, as each protocol would have sent them.</summary>
internal static class CutCalls
{
    /// <summary>The start of the arguments; the rest never comes.</summary>
    public const string Arguments = """{"city":"Be""";

    private const string Escaped = """{\"city\":\"Be""";

    /// <summary>A complete answer up to the middle of the arguments.</summary>
    public static string Complete(Wire wire) => wire.Dialect switch
    {
        "openai-chat" => """{"id":"c1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":"""
            + $$"""[{"id":"t1","type":"function","function":{"name":"get_weather","arguments":"{{Escaped}}""",
        "openai-responses" => """{"id":"r1","object":"response","created_at":1,"status":"completed","error":null,"model":"m","output":["""
            + $$"""{"id":"f1","type":"function_call","status":"completed","call_id":"t1","name":"get_weather","arguments":"{{Escaped}}""",
        "anthropic-messages" => """{"id":"a1","type":"message","role":"assistant","model":"m","content":["""
            + $$"""{"type":"tool_use","id":"t1","name":"get_weather","input":{{Arguments}}""",
        "gemini" => $$$"""{"candidates":[{"content":{"parts":[{"functionCall":{"name":"get_weather","args":{{{Arguments}}}""",
        _ => """{"model":"m","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"","tool_calls":["""
            + $$$"""{"function":{"name":"get_weather","arguments":{{{Arguments}}}""",
    };

    /// <summary>A stream's frames from the start of the call on; the last of them is cut in the middle of the arguments.</summary>
    public static IReadOnlyList<string> Frames(Wire wire) => wire.Dialect switch
    {
        "openai-chat" =>
        [
            ChatFrame("""{"id":"t1","type":"function","function":{"name":"get_weather","arguments":""}}"""),
            ChatFrame("""{"function":{"arguments":"{\"city\""}}"""),
            ChatFrame("""{"function":{"arguments":":\"Be"}}""")[..^16],
        ],
        "openai-responses" =>
        [
            Event("response.output_item.added",
                """{"sequence_number":20,"output_index":1,"item":{"id":"f1","type":"function_call","status":"in_progress","call_id":"t1","name":"get_weather","arguments":""}}"""),
            Event("response.function_call_arguments.delta", """{"sequence_number":21,"item_id":"f1","output_index":1,"delta":"{\"city\""}"""),
            Event("response.function_call_arguments.delta", """{"sequence_number":22,"item_id":"f1","output_index":1,"delta":":\"Be"}""")[..^8],
        ],
        "anthropic-messages" =>
        [
            Event("content_block_start", """{"index":1,"content_block":{"type":"tool_use","id":"t1","name":"get_weather","input":{}}}"""),
            Event("content_block_delta", """{"index":1,"delta":{"type":"input_json_delta","partial_json":"{\"city\""}}"""),
            Event("content_block_delta", """{"index":1,"delta":{"type":"input_json_delta","partial_json":":\"Be"}}""")[..^8],
        ],
        "gemini" => ["data: " + Complete(wire)],
        _ => [Complete(wire)],
    };

    /// <summary>
    /// The frame in which the call begins, cut: in the middle of the arguments where a protocol, or its servers, send them along with the
    /// name. Where they come in frames of their own there are none before the call itself has been useful output.
    /// </summary>
    public static string Opening(Wire wire) => wire.Dialect switch
    {
        "openai-chat" => ChatFrame("""{"id":"t1","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Be"}}""")[..^32],
        _ when Frames(wire).Count == 1 => Frames(wire)[0],
        _ => Frames(wire)[0][..^12],
    };

    private static string ChatFrame(string call) =>
        """data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"""
        + call[1..] + "]},\"finish_reason\":null}]}\n\n";

    private static string Event(string type, string rest) => $"event: {type}\ndata: {{\"type\":\"{type}\",{rest[1..]}\n\n";
}
