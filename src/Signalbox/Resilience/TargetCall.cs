using Polly;
using Polly.CircuitBreaker;
using Signalbox.Configuration.Resilience;
using Signalbox.Dialects;
using Signalbox.Pipeline.Attempts;
using Signalbox.Providers;
using Signalbox.Routing;
using Signalbox.Routing.Decisions;

namespace Signalbox.Resilience;

/// <summary>
/// One target called for one request, as often as the rules allow: retries around the target's breaker around an
/// <see cref="Attempt"/>. Shows the caller nothing.
/// </summary>
internal sealed class TargetCall(RequestCalls calls, Deployment target, AttemptKind kind, bool hold = false)
{
    private readonly Lock _lock = new();
    private Attempt? _open;
    private CapacityPlace? _place;
    private CallResult? _lastFailure;
    private bool _hasAnswered;
    private volatile bool _isUnwanted;
    private bool _wasTried;

    public Deployment Target => target;

    private DeploymentState State => target.State;

    private ResilienceConfig Config => calls.Policy.Config;

    private int MostAttempts => target.MaxAttempts ?? Config.MaxAttempts;

    /// <summary>Calls until there is an answer, or nothing more to be tried here.</summary>
    public async ValueTask<Outcome<CallResult>> RunAsync(CancellationToken cancel)
    {
        if (Skip() is { } skipped)
        {
            return Outcome.FromResult(skipped);
        }

        State.Retries.Note(calls.Now);
        var context = ResilienceContextPool.Shared.Get(cancel);
        var outcome = await calls.Policy.Retries(MostAttempts).ExecuteOutcomeAsync(
            static (context, call) => call.State.Breaker.ExecuteAsync(static (_, call) => call.TryAsync(), context, call), context, this);
        ResilienceContextPool.Shared.Return(context);
        return Conclude(outcome);
    }

    /// <summary>Another call has answered first: ends this one at once and books what it used.</summary>
    public void Abandon()
    {
        Attempt? open;
        lock (_lock)
        {
            _isUnwanted = true;
            (open, _open) = (_open, null);
        }

        if (open is null)
        {
            return;
        }

        // Booked before it ends: its own end would call it failed.
        open.Close(AttemptOutcome.Wasted);
        open.Abandon();
        if (_hasAnswered)
        {
            open.Dispose();
        }
    }

    /// <summary>Whether the target may be asked once more; takes what that costs from the budgets.</summary>
    public bool MayRetry(CallResult result, int attemptsBefore)
    {
        if (result is not { Failure.Error: { IsRetryable: true } error, WasSkipped: false, WasUnwanted: false } || attemptsBefore + 1 >= MostAttempts)
        {
            return false;
        }

        var now = calls.Now;
        return !(error.RetryAfter > Config.MaxDelay)
            && !_isUnwanted
            && !calls.IsEnding
            && !State.Breaker.Read(now).IsOn
            && calls.TakeRetry(State, now);
    }

    private CallResult? Skip()
    {
        var rest = State.Rest(calls.Now);
        if (rest.IsOn && !(rest.IsGuess && calls.MayTryResting))
        {
            return calls.Skip(this, rest);
        }

        _place = calls.TakePlace(target);
        return _place is null ? calls.Skip(this, default) : null;
    }

    private async ValueTask<Outcome<CallResult>> TryAsync()
    {
        Attempt attempt;
        lock (_lock)
        {
            if (_isUnwanted)
            {
                return Outcome.FromResult(Unwanted());
            }

            attempt = _open = calls.Begin(target, _wasTried ? AttemptKind.Retry : kind);
            _wasTried = true;
        }

        using var registration = calls.Ending.UnsafeRegister(static open => ((Attempt)open!).Abandon(), attempt);
        try
        {
            var failure = await attempt.OpenAsync(hold);
            return Outcome.FromResult(failure is null ? Answered(attempt) : Failed(attempt, failure));
        }
        catch (Exception e)
        {
            attempt.Close(AttemptOutcome.Failed);
            attempt.Dispose();
            _open = null;
            return _isUnwanted ? Outcome.FromResult(Unwanted()) : calls.HasRunOut ? Outcome.FromResult(OutOfTime()) : Outcome.FromException<CallResult>(e);
        }
    }

    private CallResult Answered(Attempt attempt)
    {
        State.NoteAnswer(attempt.Record.TimeToFirstOutput!.Value, calls.Context.Request.Stream, calls.Now);
        lock (_lock)
        {
            if (!_isUnwanted)
            {
                (attempt.Place, _place, _hasAnswered) = (_place, null, true);
                return new CallResult(this, attempt, null);
            }
        }

        attempt.Dispose();
        return Unwanted();
    }

    private CallResult Failed(Attempt attempt, FailedAnswer failure)
    {
        attempt.Close(AttemptOutcome.Failed);
        attempt.Dispose();
        _open = null;
        if (_isUnwanted)
        {
            return Unwanted();
        }

        if (calls.HasRunOut)
        {
            return OutOfTime();
        }

        State.NoteFailure(failure.Error, calls.Now);
        return _lastFailure = new CallResult(this, null, failure);
    }

    /// <summary>What has come of all attempts. Polly tells of a breaker that opened meanwhile, and of a wait that was cut short, by exceptions as outcomes.</summary>
    private Outcome<CallResult> Conclude(in Outcome<CallResult> outcome)
    {
        var result = outcome.Exception switch
        {
            null => outcome,
            BrokenCircuitException => Outcome.FromResult(_lastFailure ?? SkippedByBreaker()),
            OperationCanceledException when _isUnwanted => Outcome.FromResult(Unwanted()),
            OperationCanceledException when calls.HasRunOut => Outcome.FromResult(OutOfTime()),
            _ => outcome,
        };
        if (result.Result is { Failure.Error: { Kind: ErrorKind.RateLimited, RetryAfter: null }, WasSkipped: false, WasUnwanted: false })
        {
            State.NoteRateLimited(calls.Now);
        }

        // An answer has taken the place with it.
        _place?.Dispose();
        return result;
    }

    private CallResult SkippedByBreaker()
    {
        var rest = State.Rest(calls.Now);
        return calls.Skip(this, rest.IsOn ? rest : new Rest(calls.Now.UtcTicks + TimeSpan.TicksPerMillisecond, IsGuess: false, ErrorKind.Overloaded));
    }

    /// <summary>The result of a call that somebody else's answer has made useless.</summary>
    public CallResult Unwanted() => new(this, null, new FailedAnswer(new GatewayError(ErrorKind.Internal, "The answer was not wanted any more."))) { WasUnwanted = true };

    private CallResult OutOfTime() => new(this, null, new FailedAnswer(calls.OutOfTime())) { WasUnwanted = true };
}
