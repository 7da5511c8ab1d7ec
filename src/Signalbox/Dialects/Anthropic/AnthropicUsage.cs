using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Anthropic;

/// <summary>
/// Token counts as this protocol states them. Its input count leaves out what was read from and written to the cache; the
/// vocabulary's includes both. Counts of a stream are totals so far: a later one replaces an earlier one.
/// </summary>
internal sealed class AnthropicUsage
{
    private long? _input;
    private long? _cacheRead;
    private long? _cacheWrite;
    private long? _cacheWriteHour;
    private long? _output;
    private long? _reasoning;

    /// <summary>Takes over every count that is stated.</summary>
    public void Read(JsonElement usage)
    {
        if (usage.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        _input = Count(usage, "input_tokens") ?? _input;
        _cacheRead = Count(usage, "cache_read_input_tokens") ?? _cacheRead;
        _cacheWrite = Count(usage, "cache_creation_input_tokens") ?? _cacheWrite;
        _output = Count(usage, "output_tokens") ?? _output;
        if (usage.TryGetProperty("cache_creation", out var writes))
        {
            _cacheWriteHour = Count(writes, "ephemeral_1h_input_tokens") ?? _cacheWriteHour;
        }

        if (usage.TryGetProperty("output_tokens_details", out var details))
        {
            _reasoning = Count(details, "thinking_tokens") ?? _reasoning;
        }
    }

    /// <summary>The counts so far; null when none was stated.</summary>
    public UsageDetails? ToDetails()
    {
        if (_input is null && _output is null)
        {
            return null;
        }

        var input = _input is { } fresh ? fresh + (_cacheRead ?? 0) + (_cacheWrite ?? 0) : (long?)null;
        var details = new UsageDetails
        {
            InputTokenCount = input,
            CachedInputTokenCount = _cacheRead,
            OutputTokenCount = _output,
            ReasoningTokenCount = _reasoning,
            TotalTokenCount = input + _output,
        };
        if (_cacheWrite is { } written)
        {
            details.AdditionalCounts = new AdditionalPropertiesDictionary<long> { [Vocabulary.CacheWriteTokens] = written };
            if (_cacheWriteHour is { } hour)
            {
                details.AdditionalCounts[Vocabulary.CacheWriteHourTokens] = hour;
            }
        }

        return details;
    }

    /// <summary>Writes the <c>usage</c> property. The protocol demands both counts; <paramref name="input"/> and <paramref name="output"/> are estimates.</summary>
    public static void Write(UsageDetails? usage, long input, long output, Utf8JsonWriter json)
    {
        json.WriteStartObject("usage"u8);
        var read = usage?.CachedInputTokenCount;
        var written = Additional(usage, Vocabulary.CacheWriteTokens);
        var fresh = usage?.InputTokenCount is { } all ? Math.Max(0, all - (read ?? 0) - (written ?? 0)) : input;
        json.WriteNumber("input_tokens"u8, fresh);
        if (written is not null || read is not null)
        {
            json.WriteNumber("cache_creation_input_tokens"u8, written ?? 0);
            json.WriteNumber("cache_read_input_tokens"u8, read ?? 0);
        }

        if (Additional(usage, Vocabulary.CacheWriteHourTokens) is { } hour)
        {
            json.WriteStartObject("cache_creation"u8);
            json.WriteNumber("ephemeral_5m_input_tokens"u8, Math.Max(0, (written ?? 0) - hour));
            json.WriteNumber("ephemeral_1h_input_tokens"u8, hour);
            json.WriteEndObject();
        }

        json.WriteNumber("output_tokens"u8, usage?.OutputTokenCount ?? output);
        if (usage?.ReasoningTokenCount is { } reasoning)
        {
            json.WriteStartObject("output_tokens_details"u8);
            json.WriteNumber("thinking_tokens"u8, reasoning);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static long? Additional(UsageDetails? usage, string name) =>
        usage?.AdditionalCounts is { } counts && counts.TryGetValue(name, out var value) ? value : null;

    private static long? Count(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var count)
            ? count
            : null;
}
