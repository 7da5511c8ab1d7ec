using Signalbox.Dialects;
using Signalbox.Providers;

namespace Signalbox.Resilience;

/// <summary>What a request does when its plan came to nothing because targets rest or are full.</summary>
internal sealed partial class RequestCalls
{
    private static readonly TimeSpan LeastRetryAfter = TimeSpan.FromSeconds(1);
    private long _arrival;
    private DateTimeOffset? _waitEnds;

    /// <summary>
    /// Whether to go through the plan once more: because something rests on a guess only, or because a wait has brought a place or
    /// the end of a rest. What has failed already is not called again.
    /// </summary>
    public async ValueTask<bool> MayGoOnAsync()
    {
        Context.Aborted.ThrowIfCancellationRequested();
        _reserved?.Dispose();
        _reserved = null;
        if (_passed is not { } passed || IsEnding || LastFailure is { Error.IsOfRequest: true })
        {
            return false;
        }

        _passed = null;
        if (!MayTryResting && passed.Exists(static target => target.Rest.IsGuess))
        {
            MayTryResting = true;
            return true;
        }

        if (await WaitAsync(passed))
        {
            return true;
        }

        _passed = passed;
        return false;
    }

    /// <summary>What the caller is told when nothing has answered.</summary>
    public FailedAnswer Refusal() => LastFailure ?? new FailedAnswer(_passed is { } passed ? NoCapacity(passed) : NothingToTry());

    private async ValueTask<bool> WaitAsync(List<Passed> passed)
    {
        var queue = Policy.Config.Queue;
        var now = Now;
        _waitEnds ??= now + queue.MaxWait;
        var left = _waitEnds.Value - now;
        if (!queue.Enabled || left <= TimeSpan.Zero)
        {
            return false;
        }

        var full = new List<(DeploymentState, int)>();
        var most = TimeSpan.MaxValue;
        foreach (var (target, rest) in passed)
        {
            if (!rest.IsOn)
            {
                full.Add((target.State, target.MaxConcurrency ?? int.MaxValue));
            }
            else if (rest.Left(now) < most)
            {
                most = rest.Left(now) + TimeSpan.FromMilliseconds(1);
            }
        }

        if (full.Count == 0 && most > left)
        {
            return false;
        }

        _arrival = _arrival == 0 ? Board.Queue.Arrive() : _arrival;
        var waiter = new CapacityWaiter(_arrival, [.. full]);
        var wait = most < left ? most : left;
        try
        {
            _reserved = await Board.Queue.WaitAsync(waiter, wait, queue.MaxWaiting, Cancel);
        }
        catch (OperationCanceledException) when (HasRunOut)
        {
            return false;
        }

        return _reserved is not null || (waiter.HasWaited && wait == most);
    }

    /// <summary>An honest time to come again: when the first rest ends, or when by what was seen a place is free for one more.</summary>
    private GatewayError NoCapacity(List<Passed> passed)
    {
        var now = Now;
        var wait = TimeSpan.MaxValue;
        var kind = ErrorKind.Overloaded;
        foreach (var target in passed)
        {
            var estimate = target.IsFull ? UntilFree(target, now) : target.Rest.Left(now);
            if (estimate < wait)
            {
                wait = estimate;
                kind = !target.IsFull && target.Rest.Kind == ErrorKind.RateLimited ? ErrorKind.RateLimited : ErrorKind.Overloaded;
            }
        }

        wait = wait < LeastRetryAfter ? LeastRetryAfter : wait;
        return new GatewayError(kind,
            $"Every model of the route '{Context.Targets!.Route}' is busy or is left alone after failures. Try again in {Math.Ceiling(wait.TotalSeconds)} seconds.")
        { RetryAfter = wait };
    }

    private static TimeSpan UntilFree(in Passed target, DateTimeOffset now)
    {
        var state = target.Target.State;
        var turns = (state.Waiters.Count + 1.0) / Math.Max(1, target.Target.MaxConcurrency ?? 1);
        return TimeSpan.FromMilliseconds((state.ServiceMs(now) ?? LeastRetryAfter.TotalMilliseconds) * Math.Max(1, turns));
    }

    private GatewayError NothingToTry() => HasRunOut ? OutOfTime() : new GatewayError(ErrorKind.NoCandidate,
        $"The route '{Context.Targets!.Route}' has no model that can be used. List models for it in the configuration, or set a provider's key.");
}
