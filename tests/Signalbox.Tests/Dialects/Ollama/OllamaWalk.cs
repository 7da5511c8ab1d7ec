using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Dialects.Ollama;

/// <summary>What a recorded answer says, read by the simplest walk over its JSON; shares no code with the readers it is compared to.</summary>
internal sealed class OllamaWalk
{
    public string Text { get; private set; } = "";

    public string Thinking { get; private set; } = "";

    public List<(string Name, string Arguments)> Calls { get; } = [];

    public ChatFinishReason? Finish { get; private set; }

    public long? Input { get; private set; }

    public long? Output { get; private set; }

    public static OllamaWalk Of(Recording recording) => Of(recording.Answer);

    public static OllamaWalk Of(ReadOnlySpan<byte> answer)
    {
        var walk = new OllamaWalk();
        foreach (var line in System.Text.Encoding.UTF8.GetString(answer).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var document = JsonDocument.Parse(line);
            walk.Add(document.RootElement);
        }

        return walk;
    }

    private void Add(JsonElement line)
    {
        var message = line.TryGetProperty("message", out var inner) ? inner : line;
        Text += String(message, "content") + String(message, "response");
        Thinking += String(message, "thinking");
        if (message.TryGetProperty("tool_calls", out var calls))
        {
            foreach (var call in calls.EnumerateArray())
            {
                var function = call.GetProperty("function");
                Calls.Add((function.GetProperty("name").GetString()!, function.GetProperty("arguments").GetRawText()));
            }
        }

        if (line.GetProperty("done").GetBoolean())
        {
            Finish = String(line, "done_reason") == "length" ? ChatFinishReason.Length : Calls.Count > 0 ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop;
            Input = line.TryGetProperty("prompt_eval_count", out var input) ? input.GetInt64() : null;
            Output = line.TryGetProperty("eval_count", out var output) ? output.GetInt64() : null;
        }
    }

    private static string String(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
