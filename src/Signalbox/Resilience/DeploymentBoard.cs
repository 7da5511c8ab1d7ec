using System.Collections.Concurrent;
using Signalbox.Configuration.Resilience;
using Signalbox.Routing.Planning;

namespace Signalbox.Resilience;

/// <summary>
/// The states of all deployments, by provider, address, credential and model, for the life of the process. A key is told from
/// another by a number that nobody can turn back into it.
/// </summary>
internal sealed class DeploymentBoard(TimeProvider time)
{
    /// <summary>Callers name models; beyond this many, a state is not kept.</summary>
    private const int MostStates = 20_000;

    private readonly ConcurrentDictionary<(string Provider, string? Address, int Credential), CredentialState> _credentials = new();
    private readonly ConcurrentDictionary<(CredentialState Credential, string Upstream), DeploymentState> _states = new();
    private readonly ConcurrentDictionary<string, ShareBudget> _hedges = new(StringComparer.Ordinal);

    public ResilienceNotices Notices { get; } = new(time);

    /// <summary>Retries and hedges of all deployments together.</summary>
    public ShareBudget Retries { get; } = new(1, int.MaxValue, TimeSpan.FromSeconds(10));

    public CapacityQueue Queue { get; } = new(time);

    /// <summary>The states that are kept, for whoever shows them.</summary>
    public IEnumerable<DeploymentState> States => _states.Values;

    /// <summary>The state of one key at one address.</summary>
    public CredentialState Credential(string provider, string? address, string? secret) =>
        _credentials.GetOrAdd((provider, address, secret?.GetHashCode(StringComparison.Ordinal) ?? 0), static _ => new CredentialState());

    /// <summary>The state of a deployment, with the settings of the configuration that comes into force.</summary>
    public DeploymentState State(CredentialState credential, string provider, string upstream, ResilienceConfig config)
    {
        if (!_states.TryGetValue((credential, upstream), out var state))
        {
            state = new DeploymentState($"{provider}/{upstream}", credential, time, Notices);
            state = _states.Count < MostStates ? _states.GetOrAdd((credential, upstream), state) : state;
        }

        state.Configure(config);
        return state;
    }

    /// <summary>Bounds the hedges of a route.</summary>
    public ShareBudget Hedges(string route, double share)
    {
        var budget = _hedges.GetOrAdd(route, static (_, share) => new ShareBudget(share, minimum: 1, TimeSpan.FromMinutes(1)), share);
        budget.Configure(share, minimum: 1, TimeSpan.FromMinutes(1));
        return budget;
    }

    /// <summary>Takes the settings of a configuration that comes into force.</summary>
    public void Configure(ResilienceConfig config) =>
        Retries.Configure(config.RetryBudget.Share, config.RetryBudget.Minimum, config.RetryBudget.Window);

    /// <summary>Writes what is observed about a candidate into it.</summary>
    public static void Observe(ref Candidate candidate, bool stream, DateTimeOffset now) => candidate.Deployment.State.Observe(ref candidate, stream, now);
}
