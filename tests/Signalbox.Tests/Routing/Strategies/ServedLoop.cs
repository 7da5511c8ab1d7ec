using Signalbox.Routing.Planning;
using Signalbox.Tests.Routing.Planning;

namespace Signalbox.Tests.Routing.Strategies;

/// <summary>Serves one request after the other and feeds what it sees back into the next plan, as a gateway does.</summary>
internal sealed class ServedLoop(int seed, params ServedLoop.Upstream[] upstreams)
{
    private const double Smoothing = 0.05;
    private readonly Random _random = new(seed);
    private readonly double?[] _latency = new double?[upstreams.Length];
    private readonly double[] _failures = new double[upstreams.Length];
    private readonly int[] _firsts = new int[upstreams.Length];

    public double Share(string name) => _firsts[Array.FindIndex(upstreams, upstream => upstream.Name == name)] / (double)_firsts.Sum();

    public void Run(string strategy, int requests)
    {
        for (var i = 0; i < requests; i++)
        {
            var plan = PlanBench.Plan(new PlanInput { Route = PlanBench.Route, Strategy = strategy, Draw = (ulong)_random.NextInt64(long.MinValue, long.MaxValue) }, Candidates());
            _firsts[plan.Order[0]]++;
            foreach (var place in plan.Order)
            {
                if (IsAnswered(place))
                {
                    break;
                }
            }
        }
    }

    private bool IsAnswered(int place)
    {
        var upstream = upstreams[place];
        var isFailed = _random.NextDouble() < upstream.FailureShare;
        _failures[place] += Smoothing * ((isFailed ? 1 : 0) - _failures[place]);
        if (!isFailed)
        {
            var took = upstream.LatencyMs * (0.5 + _random.NextDouble());
            _latency[place] = _latency[place] is { } mean ? mean + (Smoothing * (took - mean)) : took;
        }

        return !isFailed;
    }

    private Candidate[] Candidates()
    {
        var candidates = new Candidate[upstreams.Length];
        for (var i = 0; i < candidates.Length; i++)
        {
            candidates[i] = PlanBench.Candidate(upstreams[i].Name, latency: _latency[i]) with { FailureShare = _failures[i] };
        }

        return candidates;
    }

    internal sealed record Upstream(string Name, double LatencyMs, double FailureShare);
}
