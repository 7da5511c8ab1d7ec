using Signalbox.Pipeline.Attempts;
using Signalbox.Providers;

namespace Signalbox.Resilience;

/// <summary>What came of calling a target: an attempt that has an answer, or why there is none. Polly's strategies decide on it.</summary>
internal sealed class CallResult(TargetCall? call, Attempt? attempt, FailedAnswer? failure)
{
    /// <summary>The stream of an answer broke after it had begun: told to the breaker afterwards.</summary>
    public static readonly CallResult BrokenOff = new(null, null, new FailedAnswer(new(Dialects.ErrorKind.StreamTruncated, "")));

    /// <summary>The call that it came of.</summary>
    public TargetCall? Call { get; } = call;

    public Attempt? Attempt { get; } = attempt;

    public FailedAnswer? Failure { get; } = failure;

    /// <summary>Whether nothing was sent, because the target rests or is full.</summary>
    public bool WasSkipped { get; init; }

    /// <summary>Whether the answer was not wanted any more before there was one.</summary>
    public bool WasUnwanted { get; init; }
}
