using Microsoft.Extensions.AI;

// The audio counts are marked experimental; there is no other place in the vocabulary for them.
#pragma warning disable MEAI001

namespace Signalbox.Catalog;

/// <summary>
/// What a request cost. <c>InputTokenCount</c> includes what was read from and written to a cache, <c>OutputTokenCount</c> includes
/// thinking. What is not known costs null, never 0.
/// </summary>
public static class UsageCost
{
    /// <summary><c>UsageDetails.AdditionalCounts</c>: input tokens written to the provider's cache.</summary>
    public const string CacheWrite = "cache_write";

    /// <summary><c>UsageDetails.AdditionalCounts</c>: the part of the cache writes that is kept for five minutes.</summary>
    public const string CacheWrite5Minutes = "cache_write_5m";

    /// <summary><c>UsageDetails.AdditionalCounts</c>: the part of the cache writes that is kept for an hour.</summary>
    public const string CacheWriteHour = "cache_write_1h";

    /// <summary><c>UsageDetails.AdditionalCounts</c>: seconds of sound, for models that bill time.</summary>
    public const string AudioSeconds = "audio_seconds";

    // An hour in the cache costs 2 x input where five minutes cost 1.25 x.
    private const decimal HourOverInput = 2m;
    private const decimal HourOverFiveMinutes = 1.6m;
    private const decimal Million = 1_000_000m;

    /// <summary>The cost in US dollars; null where the price, or a count that it needs, is not known.</summary>
    public static decimal? Of(UsageDetails usage, ModelPrice? price) => Split(usage, price)?.Total;

    /// <summary>As <see cref="Of"/>, by what it was spent on.</summary>
    public static CostParts? Split(UsageDetails usage, ModelPrice? price)
    {
        ArgumentNullException.ThrowIfNull(usage);
        if (price is null)
        {
            return null;
        }

        if (price.AudioMinute is { } minute)
        {
            return Count(usage, AudioSeconds) is { } seconds ? new CostParts(seconds * minute / 60m, 0, 0, 0, 0) : null;
        }

        if (usage.InputTokenCount is not { } inputTokens)
        {
            return null;
        }

        var rate = price.LongContextAbove is { } above && inputTokens > above ? price.LongContext ?? price : price;
        var read = Clamp(usage.CachedInputTokenCount);
        var (written, writtenForHour) = Written(usage);
        var fresh = Math.Max(0m, inputTokens - read - written);
        if (Fresh(fresh, usage, rate) is not { } input || Output(usage, rate) is not var (output, reasoning))
        {
            return null;
        }

        var hourRate = rate.CacheWrite * HourOverFiveMinutes ?? rate.Input * HourOverInput;
        return new CostParts(
            input / Million,
            read * (rate.CacheRead ?? rate.Input) / Million,
            (((written - writtenForHour) * (rate.CacheWrite ?? rate.Input)) + (writtenForHour * hourRate)) / Million,
            output / Million,
            reasoning / Million);
    }

    private static decimal? Fresh(decimal tokens, UsageDetails usage, ModelPrice rate)
    {
        var audio = Math.Min(tokens, Clamp(usage.InputAudioTokenCount));
        return audio == 0 ? tokens * rate.Input : ((tokens - audio) * rate.Input) + (audio * rate.AudioInput);
    }

    private static (decimal Output, decimal Reasoning)? Output(UsageDetails usage, ModelPrice rate)
    {
        var tokens = Clamp(usage.OutputTokenCount);
        if (rate.Output is not { } each)
        {
            return tokens == 0 ? (0, 0) : null;
        }

        if (usage.OutputTokenCount is null && each > 0)
        {
            return null;
        }

        var audio = Math.Min(tokens, Clamp(usage.OutputAudioTokenCount));
        if (audio > 0 && rate.AudioOutput is null)
        {
            return null;
        }

        var reasoning = Math.Min(tokens - audio, Clamp(usage.ReasoningTokenCount));
        return (((tokens - audio - reasoning) * each) + (audio * (rate.AudioOutput ?? 0)), reasoning * (rate.Reasoning ?? each));
    }

    private static (decimal All, decimal ForHour) Written(UsageDetails usage)
    {
        var hour = Count(usage, CacheWriteHour) ?? 0;
        var split = hour + (Count(usage, CacheWrite5Minutes) ?? 0);
        return (Math.Max(split, Count(usage, CacheWrite) ?? 0), hour);
    }

    private static decimal? Count(UsageDetails usage, string name) =>
        usage.AdditionalCounts is { } counts && counts.TryGetValue(name, out var count) ? Clamp(count) : null;

    private static decimal Clamp(long? count) => Math.Max(0, count ?? 0);
}
