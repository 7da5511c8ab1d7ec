using Signalbox.Catalog;

namespace Signalbox.Routing.Planning;

/// <summary>What a request is expected to cost at each candidate, and which of them are meant for its task.</summary>
internal static class Expectations
{
    /// <summary>Output tokens of an answer that nothing is known about.</summary>
    public const int UsualOutputTokens = 300;

    private const decimal Million = 1_000_000m;

    public static void Fill(PlanInput input, Span<Candidate> candidates)
    {
        var day = DateOnly.FromDateTime(input.Now.UtcDateTime);
        var output = OutputTokens(input);
        var conversation = CheckCaches(input, candidates);
        foreach (ref var candidate in candidates)
        {
            candidate.SuitsTask = candidate.Deployment.UseCases is { Count: > 0 } uses && Names(uses, input.Task);
            candidate.CostUsd ??= Cost(candidate.Deployment.Model.PriceOn(day), candidate.InputTokens > 0 ? candidate.InputTokens : input.InputTokens, output, candidate.CachedTokens, conversation);
        }
    }

    /// <summary>The expected cost in US dollars; null where the price is not known.</summary>
    /// <param name="price">The price of the day.</param>
    /// <param name="inputTokens">Tokens of the whole prompt.</param>
    /// <param name="outputTokens">Tokens of the answer.</param>
    /// <param name="cachedTokens">How many of the prompt's tokens this model's provider has in its cache.</param>
    /// <param name="conversationTokens">How many some provider has, which another one would have to write to its own cache.</param>
    public static decimal? Cost(ModelPrice? price, int inputTokens, int outputTokens, int cachedTokens, int conversationTokens)
    {
        if (price is null || price.AudioMinute is not null || price.Output is null)
        {
            return null;
        }

        var rate = price.LongContextAbove is { } above && inputTokens > above ? price.LongContext ?? price : price;
        var read = Math.Min(cachedTokens, inputTokens);
        var written = Math.Clamp(conversationTokens, read, Math.Max(read, inputTokens)) - read;
        var cost = ((inputTokens - read - written) * rate.Input) + (outputTokens * (rate.Output ?? price.Output.Value));
        if (read > 0)
        {
            cost += read * (rate.CacheRead ?? rate.Input);
        }

        if (written > 0)
        {
            cost += written * (rate.CacheWrite ?? rate.Input);
        }

        return cost / Million;
    }

    private static int OutputTokens(PlanInput input)
    {
        if (input.OutputTokens > 0)
        {
            return input.OutputTokens;
        }

        return input.MaxOutputTokens > 0 ? Math.Min(input.MaxOutputTokens, UsualOutputTokens) : UsualOutputTokens;
    }

    // A cache that the route does not want to count, or that is shorter than what the provider caches at all, is none.
    private static int CheckCaches(PlanInput input, Span<Candidate> candidates)
    {
        var conversation = 0;
        foreach (ref var candidate in candidates)
        {
            if (!input.Route.Affinity.Enabled || candidate.CachedTokens < (candidate.Deployment.Model.Capabilities.MinCacheTokens ?? 0))
            {
                candidate.CachedTokens = 0;
            }

            candidate.CachedTokens = Math.Clamp(candidate.CachedTokens, 0, Math.Max(0, input.InputTokens));
            conversation = Math.Max(conversation, candidate.CachedTokens);
        }

        return conversation;
    }

    private static bool Names(IReadOnlyList<string> useCases, string task)
    {
        for (var i = 0; i < useCases.Count; i++)
        {
            if (useCases[i] == task)
            {
                return true;
            }
        }

        return false;
    }
}
