using Signalbox.Configuration.Resilience;
using Signalbox.Dialects;
using Signalbox.Routing.Planning;

namespace Signalbox.Resilience;

/// <summary>
/// What is known about one model under one credential: calls under way, latency of answers, failures, and whether it rests. Lives
/// as long as the process, across reloads of the configuration.
/// </summary>
internal sealed class DeploymentState
{
    /// <summary>A 403 may be about one request's content; as many in a row are about the key.</summary>
    private const int DenialsUntilRest = 3;

    private readonly TimeProvider _time;
    private readonly ResilienceNotices _notices;
    private readonly LatencyTracker _streams = new();
    private readonly LatencyTracker _completes = new();
    private readonly LatencyTracker _service = new();
    private readonly FailureTally _failures = new();
    private readonly Cooldown _cooldown = new();
    private volatile ResilienceConfig _config;
    private volatile Breaker _breaker;
    private int _outstanding;
    private int _denials;

    public DeploymentState(string name, CredentialState credential, TimeProvider time, ResilienceNotices notices)
    {
        (Name, Credential, _time, _notices) = (name, credential, time, notices);
        _config = new ResilienceConfig();
        _breaker = CreateBreaker(_config.Breaker);
        Retries = new ShareBudget(_config.RetryBudget.Share, _config.RetryBudget.Minimum, _config.RetryBudget.Window);
    }

    /// <summary><c>provider/upstream</c>.</summary>
    public string Name { get; }

    /// <summary>What it shares with the other models under the same key.</summary>
    public CredentialState Credential { get; }

    public Breaker Breaker => _breaker;

    /// <summary>Bounds the retries here.</summary>
    public ShareBudget Retries { get; }

    /// <summary>Calls under way, from their start to the end of their answer.</summary>
    public int Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>What the last call that failed has failed for; null where none has.</summary>
    public ErrorKind? LastError { get; private set; }

    /// <summary>Who waits for a place here. Belongs to <see cref="CapacityQueue"/>.</summary>
    public LinkedList<CapacityWaiter> Waiters { get; } = [];

    /// <summary>A state that nobody else sees, for what is not on the board.</summary>
    public static DeploymentState Alone(string name) => new(name, new CredentialState(), TimeProvider.System, new ResilienceNotices(TimeProvider.System));

    /// <summary>Takes the settings of a configuration that comes into force. A breaker starts anew only when its settings have changed.</summary>
    public void Configure(ResilienceConfig config)
    {
        if (ReferenceEquals(config, _config))
        {
            return;
        }

        if (!config.Breaker.Equals(_breaker.Config))
        {
            _breaker = CreateBreaker(config.Breaker);
        }

        Retries.Configure(config.RetryBudget.Share, config.RetryBudget.Minimum, config.RetryBudget.Window);
        _config = config;
    }

    /// <summary>Writes what is observed into a candidate of a plan.</summary>
    public void Observe(ref Candidate candidate, bool stream, DateTimeOffset now)
    {
        candidate.Outstanding = Outstanding;
        candidate.LatencyMs = (stream ? _streams : _completes).Mean(now);
        candidate.FailureShare = _failures.Share(now);
        candidate.IsResting = Rest(now).IsOn;
    }

    public Rest Rest(DateTimeOffset now)
    {
        var rest = Resilience.Rest.Longer(_breaker.Read(now), _cooldown.Read(now));
        return Resilience.Rest.Longer(rest, Credential.Rest(now));
    }

    /// <summary>The time to first output that nineteen of twenty answers keep; null where too few were seen.</summary>
    public TimeSpan? HighLatency(bool stream, DateTimeOffset now) => (stream ? _streams : _completes).HighPercentile(now);

    /// <summary>How long a place here is taken by a request; null where none was seen lately.</summary>
    public double? ServiceMs(DateTimeOffset now) => _service.Mean(now);

    public void Enter() => Interlocked.Increment(ref _outstanding);

    public void Leave() => Interlocked.Decrement(ref _outstanding);

    public void NoteService(TimeSpan duration, DateTimeOffset now) => _service.Add(duration, now);

    /// <summary>An answer has begun.</summary>
    public void NoteAnswer(TimeSpan toFirstOutput, bool stream, DateTimeOffset now)
    {
        (stream ? _streams : _completes).Add(toFirstOutput, now);
        _failures.Add(failed: false, now);
        _cooldown.Disprove();
        Credential.Disprove();
        _denials = 0;
    }

    /// <summary>A call has failed before anything of it was shown.</summary>
    public void NoteFailure(GatewayError error, DateTimeOffset now)
    {
        if (error.IsOfRequest)
        {
            return;
        }

        LastError = error.Kind;
        _failures.Add(failed: true, now);
        if (_config.Cooldown is { Enabled: true } cooldown)
        {
            Cool(error, cooldown, now);
        }
    }

    /// <summary>All attempts of a request met a rate limit that named no time.</summary>
    public void NoteRateLimited(DateTimeOffset now)
    {
        if (_config.Cooldown is { Enabled: true } cooldown)
        {
            _cooldown.Set(new Rest((now + cooldown.RateLimited).UtcTicks, IsGuess: true, ErrorKind.RateLimited), now);
        }
    }

    /// <summary>An answer has broken off after its beginning was shown.</summary>
    public ValueTask NoteBrokenOffAsync(GatewayError error, DateTimeOffset now)
    {
        LastError = error.Kind;
        _failures.Add(failed: true, now);
        return _breaker.NoteBrokenOffAsync();
    }

    /// <summary>
    /// What a provider says about waiting is known; the rest is guessed. A key that is not accepted or has nothing left concerns every
    /// model under it; rate limits and permissions are per model at the large providers.
    /// </summary>
    private void Cool(GatewayError error, CooldownConfig config, DateTimeOffset now)
    {
        var refused = new Rest((now + config.Refused).UtcTicks, IsGuess: true, error.Kind);
        switch (error.Kind)
        {
            case ErrorKind.RateLimited or ErrorKind.Overloaded or ErrorKind.BudgetExceeded when error.RetryAfter > TimeSpan.Zero:
                _cooldown.Set(new Rest((now + error.RetryAfter.Value).UtcTicks, IsGuess: false, error.Kind), now);
                break;
            case ErrorKind.Authentication or ErrorKind.BudgetExceeded:
                Credential.Set(refused, now);
                break;
            case ErrorKind.Permission when Interlocked.Increment(ref _denials) >= DenialsUntilRest:
                _cooldown.Set(refused, now);
                break;
        }
    }

    private Breaker CreateBreaker(BreakerConfig config) => new(config, _time, isOpen => _notices.BreakerChanged(Name, isOpen, LastError));
}
