using Polly;
using Polly.CircuitBreaker;
using Signalbox.Configuration.Resilience;
using Signalbox.Dialects;

namespace Signalbox.Resilience;

/// <summary>
/// Polly's circuit breaker around the calls of one deployment. Whether it lets calls through is read from a field, so that
/// planning costs no lock and no exception; the first call after the rest is the probe, and only it goes through.
/// </summary>
internal sealed class Breaker
{
    /// <summary>The bounds that Polly sets to the window.</summary>
    private static readonly TimeSpan ShortestWindow = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestWindow = TimeSpan.FromDays(1);

    private static readonly TimeSpan ProbeLook = TimeSpan.FromMilliseconds(100);

    private readonly BreakerConfig _config;
    private readonly TimeProvider _time;
    private readonly Action<bool> _changed;
    private readonly Lazy<ResiliencePipeline<CallResult>> _pipeline;
    private long _restsUntil;
    private volatile bool _isProbing;

    /// <summary>Makes a closed breaker; <paramref name="changed"/> is told true when it opens and false when it closes.</summary>
    public Breaker(BreakerConfig config, TimeProvider time, Action<bool> changed)
    {
        _config = config;
        _time = time;
        _changed = changed;
        _pipeline = new Lazy<ResiliencePipeline<CallResult>>(Build);
    }

    public BreakerConfig Config => _config;

    public Rest Read(DateTimeOffset now)
    {
        var until = Volatile.Read(ref _restsUntil);
        if (_isProbing)
        {
            // Nobody else gets through before the probe has ended, however long it takes; whoever waits looks again now and then.
            until = Math.Max(until, now.UtcTicks + ProbeLook.Ticks);
        }

        return until > now.UtcTicks ? new Rest(until, IsGuess: false, ErrorKind.Overloaded) : default;
    }

    public ValueTask<Outcome<CallResult>> ExecuteAsync(
        Func<ResilienceContext, TargetCall, ValueTask<Outcome<CallResult>>> attempt, ResilienceContext context, TargetCall call) =>
        _config.Enabled ? _pipeline.Value.ExecuteOutcomeAsync(attempt, context, call) : attempt(context, call);

    /// <summary>An answer that had begun well has broken off.</summary>
    public async ValueTask NoteBrokenOffAsync()
    {
        if (!_config.Enabled || _isProbing || Volatile.Read(ref _restsUntil) != 0)
        {
            return;
        }

        var context = ResilienceContextPool.Shared.Get();
        await _pipeline.Value.ExecuteOutcomeAsync(
            static (_, _) => Outcome.FromResultAsValueTask(CallResult.BrokenOff), context, this);
        ResilienceContextPool.Shared.Return(context);
    }

    private ResiliencePipeline<CallResult> Build() => new ResiliencePipelineBuilder<CallResult> { TimeProvider = _time }
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions<CallResult>
        {
            FailureRatio = _config.FailureShare,
            MinimumThroughput = _config.MinimumCalls,
            SamplingDuration = _config.Window < ShortestWindow ? ShortestWindow : _config.Window > LongestWindow ? LongestWindow : _config.Window,
            // Polly allows no rest below half a second unless it is generated.
            BreakDurationGenerator = _ => new ValueTask<TimeSpan>(_config.RestFor),
            ShouldHandle = args => new ValueTask<bool>(IsFailure(args.Outcome)),
            OnOpened = _ => Change(isOpen: true, isProbing: false),
            OnHalfOpened = _ => Change(isOpen: true, isProbing: true),
            OnClosed = _ => Change(isOpen: false, isProbing: false),
        })
        .Build();

    /// <summary>A probe that was not waited for has proved nothing, so it closes nothing.</summary>
    private bool IsFailure(in Outcome<CallResult> outcome) => outcome.Result is { } result
        ? result.Failure is { Error.IsOutage: true } && !result.WasUnwanted || (_isProbing && result.WasUnwanted)
        : _isProbing;

    private ValueTask Change(bool isOpen, bool isProbing)
    {
        var was = Interlocked.Exchange(ref _restsUntil, isOpen ? (_time.GetUtcNow() + _config.RestFor).UtcTicks : 0);
        _isProbing = isProbing;
        if (isOpen != (was != 0))
        {
            _changed(isOpen);
        }

        return ValueTask.CompletedTask;
    }
}
