using Signalbox.Dialects;
using Signalbox.Pipeline;
using Signalbox.Pipeline.Attempts;
using Signalbox.Providers;
using Signalbox.Routing;
using Signalbox.Routing.Decisions;
using Signalbox.Routing.Planning;

namespace Signalbox.Resilience;

/// <summary>The calls of one request: what was tried and failed, what was passed over because it rests or is full, and the time that is left.</summary>
internal sealed partial class RequestCalls : IDisposable
{
    private readonly ProviderServices _services;
    private readonly RoutePlan _plan;
    private readonly CancellationTokenSource? _clock;
    private readonly CancellationTokenSource? _either;
    private CallResult?[]? _failed;
    private List<Passed>? _passed;
    private CapacityPlace? _reserved;
    private bool _hasBegun;

    public RequestCalls(RequestContext context, RoutePlan plan, ProviderServices services)
    {
        (Context, _plan, _services) = (context, plan, services);
        Policy = context.Snapshot.Resilience;
        Board.Retries.Note(Now);
        if (Policy.Config.TotalTimeout is { } limit)
        {
            _clock = new CancellationTokenSource(limit, services.Time);
            _either = CancellationTokenSource.CreateLinkedTokenSource(_clock.Token, context.Aborted);
            Ending = _clock.Token;
        }
    }

    public RequestContext Context { get; }

    /// <summary>The rules of the configuration that the request started with.</summary>
    public ResilienceSnapshot Policy { get; }

    public DateTimeOffset Now => _services.Time.GetUtcNow();

    /// <summary>Ends when all attempts together have taken too long.</summary>
    public CancellationToken Ending { get; }

    /// <summary>The same, or the caller has hung up.</summary>
    public CancellationToken Cancel => _either?.Token ?? Context.Aborted;

    public bool HasRunOut => Ending.IsCancellationRequested && !Context.Aborted.IsCancellationRequested;

    public bool IsEnding => Ending.IsCancellationRequested || Context.Aborted.IsCancellationRequested;

    /// <summary>Whether nothing else is left than what rests on a guess.</summary>
    public bool MayTryResting { get; private set; }

    /// <summary>The last target that was tried and has failed.</summary>
    public CallResult? LastFailed { get; private set; }

    public FailedAnswer? LastFailure => LastFailed?.Failure;

    private DeploymentBoard Board => _services.Board;

    /// <summary>Whether an answer is held that may yet be served; what is called meanwhile are steps of a cascade.</summary>
    public bool IsHolding { get; set; }

    public TargetCall Create(int candidate, bool isHedge = false, bool hold = false) => new(this, _plan.Candidates[candidate].Deployment,
        isHedge ? AttemptKind.Hedge : IsHolding ? AttemptKind.Cascade : _hasBegun ? AttemptKind.Fallback : AttemptKind.First, hold);

    /// <summary>Begins an attempt.</summary>
    public Attempt Begin(Deployment target, AttemptKind kind)
    {
        _hasBegun = true;
        Context.Deployment = target;
        return new Attempt(Context, target, kind, _services, Context.Aborted);
    }

    /// <summary>The failure of a candidate that was tried before, so that it is not tried again for this request.</summary>
    public CallResult? FailureOf(int candidate) => _failed?[candidate];

    /// <summary>Keeps a failure. What was only passed over, or not waited for, is none of its target.</summary>
    public void Note(int candidate, CallResult? result)
    {
        if (result is not { Failure: not null, WasSkipped: false })
        {
            return;
        }

        if (!result.WasUnwanted)
        {
            (_failed ??= new CallResult?[_plan.Candidates.Length])[candidate] = result;
        }

        if (!result.WasUnwanted || HasRunOut)
        {
            LastFailed = result;
        }
    }

    /// <summary>A place at a target: the one that was waited for, or one that is free. Null where it is full.</summary>
    public CapacityPlace? TakePlace(Deployment target)
    {
        if (_reserved is { } place && place.State == target.State)
        {
            _reserved = null;
            return place;
        }

        return Board.Queue.TryEnter(target.State, target.MaxConcurrency);
    }

    /// <summary>Passes a target over because it rests, or where it does not, because it is full.</summary>
    public CallResult Skip(TargetCall call, in Rest rest)
    {
        (_passed ??= []).Add(new Passed(call.Target, rest));
        var error = new GatewayError(rest.Kind == ErrorKind.RateLimited && rest.IsOn ? ErrorKind.RateLimited : ErrorKind.Overloaded,
            rest.IsOn ? $"{call.Target.FullName} is left alone for a while, because it failed." : $"{call.Target.FullName} has as many requests as it takes.");
        return new CallResult(call, null, new FailedAnswer(error)) { WasSkipped = true };
    }

    /// <summary>Takes a retry from the budgets, of the deployment and of all together.</summary>
    public bool TakeRetry(DeploymentState state, DateTimeOffset now)
    {
        if (!Policy.Config.RetryBudget.Enabled)
        {
            return true;
        }

        if (!state.Retries.TryTake(now))
        {
            return false;
        }

        if (Board.Retries.TryTake(now))
        {
            return true;
        }

        state.Retries.Return(now);
        return false;
    }

    /// <summary>Takes a hedge: the route's share, and the budgets of retries.</summary>
    public bool TakeHedge(ShareBudget route, DeploymentState second)
    {
        var now = Now;
        if (second.Rest(now).IsOn || !route.TryTake(now))
        {
            return false;
        }

        if (TakeRetry(second, now))
        {
            return true;
        }

        route.Return(now);
        return false;
    }

    public GatewayError OutOfTime() => new(ErrorKind.UpstreamTimeout,
        $"No model of the route '{Context.Targets!.Route}' sent output within {Policy.Config.TotalTimeout!.Value.TotalSeconds:0.#} seconds in all. Raise resilience.totalTimeout if they need longer.")
    { IsDeadline = true };

    public void Dispose()
    {
        _either?.Dispose();
        _clock?.Dispose();
        _reserved?.Dispose();
    }

    /// <summary>A target that was not called: it rests, or is full.</summary>
    private readonly record struct Passed(Deployment Target, Rest Rest)
    {
        public bool IsFull => !Rest.IsOn;
    }
}
