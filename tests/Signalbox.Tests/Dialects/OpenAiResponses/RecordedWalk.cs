using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Dialects.OpenAiResponses;

/// <summary>What a recorded answer says, found by a plain walk over its JSON that shares nothing with the readers under test.</summary>
internal sealed record RecordedWalk(
    string Text, string Reasoning, string Refusal, List<(string Id, string Name, string Arguments)> Calls, ChatFinishReason? Finish, JsonElement Usage, bool Failed)
{
    public static RecordedWalk Of(Recording recording)
    {
        if (!recording.Streaming)
        {
            var body = recording.AnswerJson;
            return Of([.. body.GetProperty("output").EnumerateArray()], [], body);
        }

        var items = new List<JsonElement>();
        var deltas = new Dictionary<string, string>();
        JsonElement last = default;
        foreach (var data in Events(recording.Answer))
        {
            var type = data.GetProperty("type").GetString();
            if (type == "response.output_text.delta")
            {
                var id = data.GetProperty("item_id").GetString()!;
                deltas[id] = deltas.GetValueOrDefault(id, "") + data.GetProperty("delta").GetString();
            }
            else if (type == "response.output_item.done")
            {
                items.Add(data.GetProperty("item"));
            }
            else if (type is "response.completed" or "response.incomplete" or "response.failed")
            {
                last = data.GetProperty("response");
            }
        }

        return Of(items, deltas, last);
    }

    public static IEnumerable<JsonElement> Events(byte[] stream)
    {
        foreach (var line in Encoding.UTF8.GetString(stream).Split('\n'))
        {
            if (line.StartsWith("data: {", StringComparison.Ordinal))
            {
                yield return JsonDocument.Parse(line[6..]).RootElement;
            }
        }
    }

    private static RecordedWalk Of(List<JsonElement> items, Dictionary<string, string> deltas, JsonElement response)
    {
        string text = "", reasoning = "", refusal = "";
        var calls = new List<(string, string, string)>();
        foreach (var item in items)
        {
            switch (item.GetProperty("type").GetString())
            {
                case "message":
                    // One recorded stream (dded8782) was shortened by hand: its deltas are less than what its done events say.
                    text += deltas.TryGetValue(item.GetProperty("id").GetString()!, out var streamed) ? streamed : string.Concat(Parts(item, "content", "text"));
                    refusal += string.Concat(Parts(item, "content", "refusal"));
                    break;
                case "reasoning":
                    reasoning += string.Join("\n\n", Parts(item, "summary", "text").Concat(Parts(item, "content", "text")));
                    break;
                case "function_call":
                    calls.Add((item.GetProperty("call_id").GetString()!, item.GetProperty("name").GetString()!, item.GetProperty("arguments").GetString()!));
                    break;
            }
        }

        var status = response.GetProperty("status").GetString();
        var finish = status switch
        {
            "completed" => calls.Count > 0 ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop,
            "incomplete" => response.GetProperty("incomplete_details").GetProperty("reason").GetString() == "content_filter" ? ChatFinishReason.ContentFilter : ChatFinishReason.Length,
            _ => (ChatFinishReason?)null,
        };
        return new RecordedWalk(text, reasoning, refusal, calls, finish, response.GetProperty("usage"), status == "failed");
    }

    private static IEnumerable<string> Parts(JsonElement item, string list, string field)
    {
        if (!item.TryGetProperty(list, out var parts))
        {
            yield break;
        }

        foreach (var part in parts.EnumerateArray())
        {
            if (part.TryGetProperty(field, out var text))
            {
                yield return text.GetString()!;
            }
        }
    }

    /// <summary>Asserts that usage says what the record says, absent counts being absent.</summary>
    public void AssertUsage(UsageDetails? usage)
    {
        if (Usage.ValueKind != JsonValueKind.Object)
        {
            Assert.Null(usage);
            return;
        }

        Assert.NotNull(usage);
        Assert.Equal(Usage.GetProperty("input_tokens").GetInt64(), usage.InputTokenCount);
        Assert.Equal(Usage.GetProperty("output_tokens").GetInt64(), usage.OutputTokenCount);
        Assert.Equal(Usage.GetProperty("total_tokens").GetInt64(), usage.TotalTokenCount);
        Assert.Equal(Detail("input_tokens_details", "cached_tokens"), usage.CachedInputTokenCount);
        Assert.Equal(Detail("output_tokens_details", "reasoning_tokens"), usage.ReasoningTokenCount);
        Assert.Equal(Detail("input_tokens_details", "cache_write_tokens"), usage.AdditionalCounts?["cache_write"]);
    }

    private long? Detail(string group, string name) =>
        Usage.TryGetProperty(group, out var details) && details.TryGetProperty(name, out var count) ? count.GetInt64() : null;
}
