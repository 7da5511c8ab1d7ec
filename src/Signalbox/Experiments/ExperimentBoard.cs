using System.Collections.Frozen;
using Signalbox.Dialects;
using Signalbox.Ledger;
using Signalbox.Routing;
using Signalbox.Routing.Decisions;

namespace Signalbox.Experiments;

/// <summary>The experiments of all routes: what requests and feedback add to, and what verdicts are read from.</summary>
internal sealed class ExperimentBoard : IDisposable
{
    /// <summary>Past epochs of a route that are kept.</summary>
    public const int MostEpochs = 5;

    /// <summary>Routes that are kept, those included that the configuration no longer has.</summary>
    public const int MostRoutes = 100;

    private const string Ab = "ab";
    private static readonly TimeSpan SaveEvery = TimeSpan.FromSeconds(10);

    private readonly Lock _configuring = new();
    private readonly Lock _givingFeedback = new();
    private readonly Lock _saving = new();
    private readonly TimeProvider _time;
    private readonly ExperimentFile? _file;
    private readonly FeedbackJournal? _journal;
    private readonly ExperimentNotices _notices = new();
    private readonly Dictionary<string, ExperimentState> _resting = new(StringComparer.Ordinal);
    private volatile FrozenDictionary<string, Trial> _trials = FrozenDictionary<string, Trial>.Empty;
    private ITimer? _timer;
    private int _isChanged;

    /// <summary>Takes up what the folder has; without a folder nothing outlives the process.</summary>
    public ExperimentBoard(TimeProvider time, string? dataFolder)
    {
        _time = time;
        if (dataFolder is not null)
        {
            _file = new ExperimentFile(dataFolder);
            _journal = new FeedbackJournal(dataFolder);
            foreach (var state in _file.Load(_notices.Tell))
            {
                _resting[state.Route] = state with { IsActive = false };
            }
        }
    }

    /// <summary>Takes what whoever runs the gateway should know, a line each; what was said before is handed over at once.</summary>
    public Action<string>? Sink
    {
        set => _notices.Sink = value;
    }

    /// <summary>Puts the experiments of a configuration in force: one that splits as before goes on, one that splits otherwise begins anew.</summary>
    public void Configure(GatewaySnapshot snapshot)
    {
        lock (_configuring)
        {
            var trials = new Dictionary<string, Trial>(StringComparer.Ordinal);
            foreach (var (route, plan) in ExperimentPlans.Of(snapshot))
            {
                var before = _trials.TryGetValue(route, out var running) ? running.ToState() : _resting.GetValueOrDefault(route);
                trials[route] = before is not null && before.Plan.SplitsAs(plan)
                    ? running is not null && IsSame(running.Plan, plan) ? running : new Trial(before, plan)
                    : new Trial(Begin(route, plan, before), plan);
            }

            foreach (var (route, trial) in _trials)
            {
                if (!trials.ContainsKey(route))
                {
                    _resting[route] = trial.ToState() with { IsActive = false };
                }
            }

            foreach (var route in trials.Keys)
            {
                _resting.Remove(route);
            }

            while (_resting.Count > 0 && _resting.Count + trials.Count > MostRoutes)
            {
                _resting.Remove(_resting.Values.MinBy(static state => state.StartedAt)!.Route);
            }

            _trials = trials.ToFrozenDictionary(StringComparer.Ordinal);
        }
    }

    /// <summary>Adds a request that has ended to the arm that it was assigned to, if it is of an experiment.</summary>
    public void Count(DecisionRecord decision, UsageRecord usage)
    {
        if (Find(decision) is not { } trial || trial.PlaceOf(decision.Plan!, out var isEligible) is not { } place)
        {
            return;
        }

        Volatile.Write(ref _isChanged, 1);
        if (!isEligible)
        {
            trial.CountIneligible();
        }
        else if (IsRefused(decision))
        {
            trial.CountRefused();
        }
        else
        {
            var arm = trial.Plan.Arms[place].Model;
            var hasCrossed = decision.ServedBy is { } by && by != arm;
            trial.Count(place, new RequestResult
            {
                Duration = usage.Duration,
                FirstOutput = usage.TimeToFirstOutput,
                CostUsd = usage.CostUsd + usage.Waste.CostUsd,
                IsError = decision.Error is not null,
                IsCancelled = decision.IsCancelled,
                HasCrossed = hasCrossed,
                IsReplaced = hasCrossed && !decision.Attempts.Any(attempt => attempt.Model == arm && attempt.Outcome == AttemptOutcome.Wasted),
            });
        }
    }

    /// <summary>Keeps what somebody thinks of an answer, in place of what was said of it before.</summary>
    public void Count(DecisionRecord decision, Feedback feedback)
    {
        lock (_givingFeedback)
        {
            var before = decision.Feedback;
            decision.Feedback = feedback;
            string? assigned = null;
            if (Find(decision) is { } trial && trial.PlaceOf(decision.Plan!, out var isEligible) is { } place && isEligible)
            {
                assigned = trial.Plan.Arms[place].Model;
                trial.CountFeedback(place, feedback.Score, before?.Score);
                Volatile.Write(ref _isChanged, 1);
            }

            _journal?.Add(decision, feedback, assigned, _notices.Tell);
        }
    }

    /// <summary>Every experiment as it stands, by route.</summary>
    public IReadOnlyList<ExperimentState> ToList()
    {
        lock (_configuring)
        {
            return [.. _trials.Values.Select(static trial => trial.ToState()).Concat(_resting.Values).OrderBy(static state => state.Route, StringComparer.Ordinal)];
        }
    }

    /// <summary>The experiment of a route; null where there has been none.</summary>
    public ExperimentState? Find(string route)
    {
        lock (_configuring)
        {
            return _trials.TryGetValue(route, out var trial) ? trial.ToState() : _resting.GetValueOrDefault(route);
        }
    }

    /// <summary>Begins to save from time to time what has changed.</summary>
    public void Start()
    {
        if (_file is not null)
        {
            _timer ??= _time.CreateTimer(_ => Save(), null, SaveEvery, SaveEvery);
        }
    }

    /// <summary>Saves what has changed since the last time.</summary>
    public void Save()
    {
        lock (_saving)
        {
            if (_file is not null && Interlocked.Exchange(ref _isChanged, 0) == 1 && !_file.Save(ToList(), _notices.Tell))
            {
                Volatile.Write(ref _isChanged, 1);
            }
        }
    }

    public void Dispose()
    {
        _timer?.Dispose();
        Save();
    }

    private Trial? Find(DecisionRecord decision) =>
        decision is { Plan.Input.Strategy: Ab, Route: { } route } && _trials.TryGetValue(route, out var trial) && decision.StartedAt >= trial.StartedAt ? trial : null;

    private ExperimentState Begin(string route, ExperimentPlan plan, ExperimentState? before)
    {
        var now = _time.GetUtcNow();
        var next = new ExperimentState
        {
            Route = route,
            Epoch = (before?.Epoch ?? 0) + 1,
            StartedAt = now,
            Plan = plan,
            Tallies = [.. plan.Arms.Select(static _ => new ArmTally())],
        };
        if (before is null)
        {
            return next;
        }

        _notices.Tell($"the experiment of route '{route}' begins anew as epoch {next.Epoch}, because its arms, shares, seed or by have changed; the results of epoch {before.Epoch} are kept beside it");
        Volatile.Write(ref _isChanged, 1);
        var ended = before with { Before = [], EndedAt = now, IsActive = false };
        return next with { Before = [ended, .. before.Before.Take(MostEpochs - 1)] };
    }

    private static bool IsSame(ExperimentPlan one, ExperimentPlan other) =>
        one.Metric == other.Metric && one.Control == other.Control && one.Arms.SequenceEqual(other.Arms);

    /// <summary>What the caller did wrong, and what was refused before any model was asked, is nobody's error.</summary>
    private static bool IsRefused(DecisionRecord decision) =>
        decision.Error is { } error && ((error.Kind == ErrorKind.InvalidRequest && !error.IsOfTarget) || decision.Attempts.Count == 0);
}
