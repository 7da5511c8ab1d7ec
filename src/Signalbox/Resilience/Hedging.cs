using Microsoft.Extensions.AI;
using Polly;
using Polly.Hedging;
using Signalbox.Configuration.Routes;

namespace Signalbox.Resilience;

/// <summary>
/// A second target beside one that is slow to begin (Polly's hedging strategy): the first useful output wins, the other call is
/// ended at once and booked as waste. Never for requests with tools that act.
/// </summary>
internal sealed class Hedging(TimeProvider time)
{
    private static readonly ResiliencePropertyKey<HedgedCalls> Key = new("hedged");
    private readonly Lazy<ResiliencePipeline<CallResult>> _pipeline = new(() => Build(time));

    /// <summary>How long the first target may take before the second is asked as well; null where it is not to be asked.</summary>
    public static TimeSpan? DelayFor(RequestCalls calls, TargetCall first, HedgeConfig config)
    {
        var request = calls.Context.Request;
        if (!config.Enabled || (request.Options.Tools is { Count: > 0 } && request.Options.ToolMode is not NoneChatToolMode))
        {
            return null;
        }

        return config.Delay ?? first.Target.State.HighLatency(request.Stream, calls.Now);
    }

    public async ValueTask<Outcome<CallResult>> RunAsync(HedgedCalls calls, CancellationToken cancel)
    {
        var context = ResilienceContextPool.Shared.Get(cancel);
        context.Properties.Set(Key, calls);
        var outcome = await _pipeline.Value.ExecuteOutcomeAsync(static (context, calls) => calls.RunFirstAsync(context.CancellationToken), context, calls);
        ResilienceContextPool.Shared.Return(context);
        calls.End(outcome.Result?.Call);
        return outcome;
    }

    private static ResiliencePipeline<CallResult> Build(TimeProvider time) => new ResiliencePipelineBuilder<CallResult> { TimeProvider = time }
        .AddHedging(new HedgingStrategyOptions<CallResult>
        {
            MaxHedgedAttempts = 1,
            ShouldHandle = static args => new ValueTask<bool>(args.Outcome.Result is { Failure: not null }),
            DelayGenerator = static args => new ValueTask<TimeSpan>(args.Context.Properties.GetValue(Key, null!).Delay),
            ActionGenerator = static args =>
            {
                var calls = args.PrimaryContext.Properties.GetValue(Key, null!);
                var cancel = args.ActionContext.CancellationToken;
                return calls.MayHedge() ? () => calls.RunSecondAsync(cancel) : null;
            },
        })
        .Build();
}

/// <summary>Two calls for one step: the plan's choice, and the one that helps out.</summary>
internal sealed class HedgedCalls(RequestCalls calls, TargetCall first, TargetCall second, TimeSpan delay, Func<bool> takeHedge)
{
    private volatile bool _isFirstOver;

    public TimeSpan Delay => delay;

    public CallResult? FirstResult { get; private set; }

    /// <summary>What came of the second call; null where it was not made.</summary>
    public CallResult? SecondResult { get; private set; }

    /// <summary>Polly asks when the delay is over, and when the first has failed before that; the walk decides what follows a failure.</summary>
    public bool MayHedge() => !_isFirstOver && takeHedge();

    public async ValueTask<Outcome<CallResult>> RunFirstAsync(CancellationToken cancel)
    {
        var outcome = await RunAsync(first, cancel);
        FirstResult = outcome.Result;
        _isFirstOver = true;
        return outcome;
    }

    public async ValueTask<Outcome<CallResult>> RunSecondAsync(CancellationToken cancel)
    {
        var outcome = await RunAsync(second, cancel);
        SecondResult = outcome.Result;
        return outcome;
    }

    /// <summary>Polly cancels the call that has lost and waits for its end; it may take its time to end, the caller's answer does not.</summary>
    private async ValueTask<Outcome<CallResult>> RunAsync(TargetCall call, CancellationToken cancel)
    {
        var run = call.RunAsync(cancel).AsTask();
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = cancel.UnsafeRegister(static lost => ((TaskCompletionSource)lost!).TrySetResult(), lost);
        if (await Task.WhenAny(run, lost.Task) == run || calls.IsEnding)
        {
            return await run;
        }

        call.Abandon();
        return Outcome.FromResult(call.Unwanted());
    }

    /// <summary>Ends what has not won.</summary>
    public void End(TargetCall? winner)
    {
        if (winner != first)
        {
            first.Abandon();
        }

        if (winner != second)
        {
            second.Abandon();
        }
    }
}
