using System.Text;
using Signalbox.Catalog;
using Signalbox.Configuration;
using Signalbox.Experiments;
using Signalbox.Ledger;
using Signalbox.Providers;
using Signalbox.Routing;
using Signalbox.Routing.Decisions;
using Signalbox.Routing.Planning;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Experiments;

/// <summary>A board of experiments with a route <c>desk</c> of two models, and requests that were planned for it.</summary>
internal sealed class ExperimentBench : IDisposable
{
    public const string Even = """ "experiment": { "by": "tag:team" } """;
    private readonly ProviderServices _services = new(TimeProvider.System);
    private readonly Planner _planner = new();
    private GatewaySnapshot _snapshot;
    private int _requests;

    public ExperimentBench(string? folder, string settings = Even)
    {
        Board = new ExperimentBoard(Time, folder) { Sink = Notices.Add };
        _snapshot = Snapshot(settings);
        Board.Configure(_snapshot);
    }

    public ManualTimeProvider Time { get; } = new();

    public List<string> Notices { get; } = [];

    public ExperimentBoard Board { get; }

    public ExperimentState Desk => Board.Find("desk")!;

    public void Reconfigure(string settings)
    {
        Time.Advance(TimeSpan.FromMinutes(1));
        _snapshot = Snapshot(settings);
        Board.Configure(_snapshot);
    }

    /// <summary>A request of a caller, planned under the configuration in force.</summary>
    public DecisionRecord Planned(string caller, Removal removed = Removal.None, string from = "p/a")
    {
        var route = _snapshot.Find("desk")!;
        var input = new PlanInput { Route = route.Settings, Strategy = "ab", StickyKey = caller, Now = Time.GetUtcNow() };
        var candidates = route.Targets.Select((target, place) => new Candidate
        {
            Deployment = target,
            Place = place,
            Removal = target.FullName == from ? removed : Removal.None,
        }).ToArray();
        return new DecisionRecord { RequestId = $"r{Interlocked.Increment(ref _requests)}", StartedAt = Time.GetUtcNow(), Route = "desk", Plan = _planner.Plan(input, candidates) };
    }

    /// <summary>Ends a request, answered by this model.</summary>
    public void Answer(DecisionRecord decision, string? by = null)
    {
        by ??= decision.Plan!.Candidates[decision.Plan.Order[0]].Deployment.FullName;
        decision.Add(new AttemptRecord { Model = by, Kind = AttemptKind.First, StartedAt = decision.StartedAt, Outcome = AttemptOutcome.Served });
        decision.ServedBy = by;
        End(decision);
    }

    public void End(DecisionRecord decision) => Board.Count(decision, new UsageRecord
    {
        RequestId = decision.RequestId,
        StartedAt = decision.StartedAt,
        Duration = TimeSpan.FromMilliseconds(100),
        TimeToFirstOutput = TimeSpan.FromMilliseconds(10),
        CostUsd = 0.25m,
    });

    public void Dispose()
    {
        Board.Dispose();
        _services.Dispose();
    }

    private GatewaySnapshot Snapshot(string settings)
    {
        var json = $$"""
            { "providers": { "p": { "dialect": "openai-chat", "baseUrl": "http://127.0.0.1:9/v1" } },
              "routes": { "desk": { "strategy": "ab", "models": ["p/a", "p/b"], {{settings}} }, "other": { "models": ["p/a"] } } }
            """;
        var result = ConfigLoader.Parse(Encoding.UTF8.GetBytes(json), new Dictionary<string, string>());
        return new GatewaySnapshot(result.Config ?? throw new InvalidOperationException(string.Join('\n', result.Problems)), ModelCatalog.LoadEmbedded(), _services, []);
    }
}
