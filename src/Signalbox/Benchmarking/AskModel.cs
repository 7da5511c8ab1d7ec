namespace Signalbox.Benchmarking;

/// <summary>Asks one model as a caller would. What fails is told in the reply; only a cancelled question throws.</summary>
internal delegate Task<ModelReply> AskModel(string model, BenchmarkPrompt prompt, CancellationToken cancel);

/// <summary>An answer and what a caller saw of it.</summary>
internal sealed record ModelReply
{
    public string Text { get; init; } = "";

    /// <summary>From the question to the end of the answer.</summary>
    public required TimeSpan Latency { get; init; }

    /// <summary>From the question to the first text; null where there was none.</summary>
    public TimeSpan? FirstToken { get; init; }

    public long? OutputTokens { get; init; }

    /// <summary>US dollars; null where the price or the counts are not known.</summary>
    public decimal? CostUsd { get; init; }

    /// <summary>Why there is no answer; null where there is one.</summary>
    public string? Error { get; init; }

    /// <summary>Tokens after the first per second of the time after the first; over the whole time where an answer came in one piece.</summary>
    public double? TokensPerSecond
    {
        get
        {
            if (OutputTokens is not > 0 || Latency <= TimeSpan.Zero)
            {
                return null;
            }

            var writing = Latency - (FirstToken ?? Latency);
            // Within a millisecond of the end a stream was delivered in one piece: the quotient would be noise.
            return OutputTokens > 1 && writing > TimeSpan.FromMilliseconds(1) ? (OutputTokens - 1) / writing.TotalSeconds : OutputTokens / Latency.TotalSeconds;
        }
    }
}
