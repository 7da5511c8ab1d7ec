using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Dialects.Gemini;

/// <summary>
/// What a recorded answer says, found by plain walks over its JSON that share nothing with the dialect.
/// </summary>
internal sealed class GeminiRecordedWalk
{
    public string Text { get; private set; } = "";

    public string Thoughts { get; private set; } = "";

    public List<(string Name, string Arguments)> Calls { get; } = [];

    public string? Finish { get; private set; }

    public bool IsBlocked { get; private set; }

    public int OtherParts { get; private set; }

    public JsonElement? Usage { get; private set; }

    /// <summary>Calls that come in pieces are counted and named here; their arguments have tests of their own.</summary>
    public bool HasPieces { get; private set; }

    public static IReadOnlyList<Recording> Recordings() =>
        [.. Support.Recordings.Of(["generateContent", "streamGenerateContent", "embedContent", "count_tokens"], answersOnly: true)
            .Where(static recording => recording.Provider is "gemini" or "vertex-gemini")];

    public static List<JsonElement> ChunksOf(Recording recording)
    {
        var text = Encoding.UTF8.GetString(recording.Answer);
        if (IsArray(recording))
        {
            return [.. JsonDocument.Parse(text).RootElement.EnumerateArray()];
        }

        return [.. text.Split('\n').Where(static line => line.StartsWith("data:", StringComparison.Ordinal)).Select(static line => JsonDocument.Parse(line[5..]).RootElement)];
    }

    public static bool IsArray(Recording recording) => recording.Answer.AsSpan().TrimStart(" \r\n"u8)[0] == (byte)'[';

    public static GeminiRecordedWalk Of(IEnumerable<JsonElement> chunks)
    {
        var walk = new GeminiRecordedWalk();
        foreach (var chunk in chunks)
        {
            walk.Add(chunk);
        }

        return walk;
    }

    private void Add(JsonElement chunk)
    {
        if (chunk.TryGetProperty("usageMetadata", out var usage) && usage.TryGetProperty("promptTokenCount", out _))
        {
            Usage = usage;
        }

        IsBlocked |= chunk.TryGetProperty("promptFeedback", out var feedback) && feedback.TryGetProperty("blockReason", out _);
        if (!chunk.TryGetProperty("candidates", out var candidates))
        {
            return;
        }

        var candidate = candidates[0];
        if (candidate.TryGetProperty("finishReason", out var finish))
        {
            Finish = finish.ValueKind == JsonValueKind.Number ? "STOP" : finish.GetString();
        }

        if (candidate.TryGetProperty("content", out var content) && content.TryGetProperty("parts", out var parts))
        {
            foreach (var part in parts.EnumerateArray())
            {
                AddPart(part);
            }
        }
    }

    private void AddPart(JsonElement part)
    {
        if (part.TryGetProperty("text", out var text))
        {
            if (part.TryGetProperty("thought", out var thought) && thought.ValueKind == JsonValueKind.True)
            {
                Thoughts += text.GetString();
            }
            else
            {
                Text += text.GetString();
            }
        }
        else if (part.TryGetProperty("functionCall", out var call))
        {
            HasPieces |= call.TryGetProperty("willContinue", out _);
            if (call.TryGetProperty("name", out var name))
            {
                Calls.Add((name.GetString()!, call.TryGetProperty("args", out var args) ? GeminiDescription.Canonical(args) : "{}"));
            }
        }
        else if (part.EnumerateObject().Any())
        {
            OtherParts++;
        }
    }

    /// <summary>The finish meaning, from the words that occur in the recordings.</summary>
    public ChatFinishReason? FinishMeaning() => (Finish, Calls.Count) switch
    {
        _ when IsBlocked => ChatFinishReason.ContentFilter,
        ("STOP", > 0) => ChatFinishReason.ToolCalls,
        ("STOP" or "OTHER", 0) => ChatFinishReason.Stop,
        ("MAX_TOKENS", _) => ChatFinishReason.Length,
        ("SAFETY", _) => ChatFinishReason.ContentFilter,
        (null, _) => null,
        _ => throw new InvalidOperationException($"No meaning is known for {Finish}."),
    };

    public void AssertUsage(UsageDetails? actual, string id)
    {
        if (Usage is not { } usage)
        {
            Assert.True(actual is null, id);
            return;
        }

        long? Count(string name) => usage.TryGetProperty(name, out var value) ? value.GetInt64() : null;
        long? output = Count("candidatesTokenCount") is null && Count("thoughtsTokenCount") is null
            ? null : (Count("candidatesTokenCount") ?? 0) + (Count("thoughtsTokenCount") ?? 0);
        Assert.Equal(
            (id, Count("promptTokenCount") + (Count("toolUsePromptTokenCount") ?? 0), output, Count("totalTokenCount"), Count("cachedContentTokenCount"), Count("thoughtsTokenCount")),
            (id, actual?.InputTokenCount, actual?.OutputTokenCount, actual?.TotalTokenCount, actual?.CachedInputTokenCount, actual?.ReasoningTokenCount));
    }
}
