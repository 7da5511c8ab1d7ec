using Signalbox.Benchmarking;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Benchmarking;

/// <summary>Models whose time passes on a clock of their own: log-normal noise around a typical time for each prompt, which drifts for all alike.</summary>
internal sealed class SimulatedModels(int seed, double noise = 0.1)
{
    private static readonly PromptSet Prompts = PromptSet.BuiltIn();

    private readonly Random _random = new(seed);
    private readonly Dictionary<string, double> _slowness = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Func<BenchmarkPrompt, string>> _answers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, decimal> _costs = new(StringComparer.Ordinal);
    private readonly HashSet<string> _broken = new(StringComparer.Ordinal);
    private int _calls;

    public ManualTimeProvider Clock { get; } = new();

    public List<string> Asked { get; } = [];

    public SimulatedModels Add(string name, double slowness = 1, Func<BenchmarkPrompt, string>? answer = null, decimal cost = 0)
    {
        _slowness[name] = slowness;
        _answers[name] = answer ?? (static _ => "a few words");
        _costs[name] = cost;
        return this;
    }

    public SimulatedModels Break(string name)
    {
        _broken.Add(name);
        return this;
    }

    public Task<ModelReply> AskAsync(string model, BenchmarkPrompt prompt, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        Asked.Add(model);
        if (_broken.Contains(model))
        {
            return Task.FromResult(new ModelReply { Latency = TimeSpan.FromMilliseconds(1), Error = "it is down" });
        }

        var drift = 1 + (0.3 * Math.Sin(_calls++ / 100.0));
        var latency = TimeSpan.FromMilliseconds(100 * (1 + (prompt.Prompt.Length % 7)) * drift * _slowness[model] * Math.Exp(noise * Normal()));
        Clock.Advance(latency);
        return Task.FromResult(new ModelReply
        {
            Text = _answers[model](prompt),
            Latency = latency,
            FirstToken = latency * 0.3,
            OutputTokens = 20,
            CostUsd = _costs[model],
        });
    }

    public BenchmarkPlan Plan(int runs = BenchmarkPlan.DefaultRuns, int seed = 1) =>
        new() { Models = [.. _slowness.Keys], Prompts = Prompts, Runs = runs, Seed = seed };

    // Box and Muller.
    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
