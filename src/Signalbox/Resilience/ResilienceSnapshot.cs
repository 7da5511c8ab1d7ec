using Polly;
using Polly.Retry;
using Signalbox.Configuration.Resilience;

namespace Signalbox.Resilience;

/// <summary>
/// The runtime image of the section <c>resilience</c>: Polly's pipelines for retries, one for each number of attempts in use, made
/// when the first request needs them. They hold no state.
/// </summary>
internal sealed class ResilienceSnapshot(ResilienceConfig config, TimeProvider time)
{
    private readonly ResiliencePipeline<CallResult>?[] _retries = new ResiliencePipeline<CallResult>?[11];

    public ResilienceConfig Config { get; } = config;

    /// <summary>Tries a target up to so many times.</summary>
    public ResiliencePipeline<CallResult> Retries(int attempts) => attempts <= 1
        ? ResiliencePipeline<CallResult>.Empty
        : Volatile.Read(ref _retries[attempts]) ?? (_retries[attempts] = Build(attempts));

    private ResiliencePipeline<CallResult> Build(int attempts) => new ResiliencePipelineBuilder<CallResult> { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions<CallResult>
        {
            MaxRetryAttempts = attempts - 1,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = Config.BaseDelay,
            MaxDelay = Config.MaxDelay,
            ShouldHandle = static args => new ValueTask<bool>(args.Outcome.Result is { Call: { } call } result && call.MayRetry(result, args.AttemptNumber)),
            // What the provider asks for goes before our own backoff, whatever it is; null leaves it to Polly.
            DelayGenerator = static args => new ValueTask<TimeSpan?>(args.Outcome.Result?.Failure?.Error.RetryAfter),
        })
        .Build();
}
