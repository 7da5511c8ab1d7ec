using Signalbox.Benchmarking.Reports;
using Signalbox.Benchmarking.Scoring;

namespace Signalbox.Benchmarking;

/// <summary>
/// A benchmark: after a warm-up, rounds in each of which every model is asked the same prompt, in an order that is shuffled anew, so that
/// whatever drifts hits all alike. A model that fails is measured as failing; one that never answers is left out of further rounds.
/// </summary>
internal sealed class BenchmarkRun(BenchmarkPlan plan, AskModel ask, TimeProvider time)
{
    /// <summary>A model that has failed so often in a row, and has never answered, is not waited for again.</summary>
    public const int HopelessAfter = 3;

    private readonly List<Measurement> _measurements = [];
    private readonly List<Judgement> _judgements = [];
    private readonly int[] _failures = new int[plan.Models.Count];
    private readonly bool[] _answered = new bool[plan.Models.Count];
    private readonly string?[] _errors = new string?[plan.Models.Count];
    private readonly SchemaCheck?[] _schemas = [.. plan.Prompts.Prompts.Select(static prompt => prompt.Schema is { } schema ? SchemaCheck.Of(schema) : null)];
    private DateTimeOffset _startedAt;
    private int _rounds;
    private int _calls;

    /// <summary>How often intervals draw anew.</summary>
    public int Resamples { get; init; } = Statistics.Bootstrap.DefaultResamples;

    /// <summary>Told before each call.</summary>
    public Action<BenchmarkProgress>? Progress { get; init; }

    /// <summary>Given what was measured so far after each time that every prompt was asked once more.</summary>
    public Action<BenchmarkReport>? Interim { get; init; }

    /// <summary>Waits before a call until it disturbs nobody; null to call at once.</summary>
    public Func<CancellationToken, Task>? Yield { get; init; }

    /// <summary>Rests after the machine was busy for a time; null to go on at once.</summary>
    public Func<TimeSpan, CancellationToken, Task>? Rest { get; init; }

    /// <summary>Measures until all is measured or until it is cancelled; either way the report says what was.</summary>
    public async Task<BenchmarkReport> RunAsync(CancellationToken cancel)
    {
        _startedAt = time.GetUtcNow();
        var isComplete = false;
        try
        {
            var random = new Random(plan.Seed);
            await WarmUpAsync(cancel);
            await MeasureAsync(random, cancel);
            await JudgeAsync(random, cancel);
            isComplete = true;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // What was measured is told; a round that was cut has pairs for some models only.
        }

        return Report(isComplete);
    }

    private BenchmarkReport Report(bool isComplete) =>
        new ReportBuilder(plan, [.. _measurements], [.. _judgements]) { Errors = _errors, Resamples = Resamples }.Build(_startedAt, time.GetUtcNow(), _rounds, isComplete);

    /// <summary>Connections are opened, weights loaded and code compiled before anything counts.</summary>
    private async Task WarmUpAsync(CancellationToken cancel)
    {
        for (var model = 0; model < plan.Models.Count; model++)
        {
            Note(model, await AskAsync(plan.Models[model], plan.Prompts.Prompts[0], "warming up", cancel));
        }
    }

    private async Task MeasureAsync(Random random, CancellationToken cancel)
    {
        var prompts = Enumerable.Range(0, plan.Prompts.Prompts.Count).ToArray();
        var models = Enumerable.Range(0, plan.Models.Count).ToArray();
        for (var run = 0; run < plan.Runs; run++)
        {
            random.Shuffle(prompts);
            foreach (var prompt in prompts)
            {
                random.Shuffle(models);
                foreach (var model in models)
                {
                    await MeasureAsync(prompt, model, cancel);
                }

                _rounds++;
            }

            if (run + 1 < plan.Runs && Interim is not null)
            {
                await BusyAsync(() => Task.FromResult(Report(isComplete: false)), Interim, cancel);
            }
        }
    }

    private async Task MeasureAsync(int prompt, int model, CancellationToken cancel)
    {
        if (!_answered[model] && _failures[model] >= HopelessAfter)
        {
            return;
        }

        var question = plan.Prompts.Prompts[prompt];
        var reply = await AskAsync(plan.Models[model], question, plan.Models[model], cancel);
        Note(model, reply);
        var score = reply.Error is null ? AnswerScore.Of(reply.Text, question, _schemas[prompt]) : default;
        _measurements.Add(new Measurement(_rounds, prompt, model, reply, score));
    }

    /// <summary>After the rounds, so that the judge's work disturbs no measurement: the first answers to each prompt, two models at a time.</summary>
    private async Task JudgeAsync(Random random, CancellationToken cancel)
    {
        if (plan.Judge is not { } judge)
        {
            return;
        }

        var first = _measurements.Where(static m => m.IsGood).GroupBy(static m => (m.Prompt, m.Model)).ToDictionary(static g => g.Key, static g => g.First().Reply.Text);
        var court = new PairwiseJudge((prompt, token) => AskAsync(judge, prompt, "judging", token));
        for (var prompt = 0; prompt < plan.Prompts.Prompts.Count; prompt++)
        {
            for (var a = 0; a < plan.Models.Count; a++)
            {
                for (var b = a + 1; b < plan.Models.Count; b++)
                {
                    if (first.TryGetValue((prompt, a), out var left) && first.TryGetValue((prompt, b), out var right)
                        && await court.CompareAsync(plan.Prompts.Prompts[prompt], left, right, random.Next(2) == 0, cancel) is { } verdict)
                    {
                        _judgements.Add(new Judgement(prompt, a, b, verdict.Preference, verdict.IsConsistent));
                    }
                }
            }
        }
    }

    private async Task<ModelReply> AskAsync(string model, BenchmarkPrompt prompt, string doing, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        await (Yield?.Invoke(cancel) ?? Task.CompletedTask);
        Progress?.Invoke(new BenchmarkProgress(_calls++, AllCalls(), doing));
        ModelReply reply = null!;
        await BusyAsync(() => ask(model, prompt, cancel), given => reply = given, cancel);
        return reply;
    }

    private async Task BusyAsync<T>(Func<Task<T>> work, Action<T> take, CancellationToken cancel)
    {
        var start = time.GetTimestamp();
        take(await work());
        await (Rest?.Invoke(time.GetElapsedTime(start), cancel) ?? Task.CompletedTask);
    }

    private int AllCalls()
    {
        var models = plan.Models.Count;
        var judged = plan.Judge is null ? 0 : plan.Prompts.Prompts.Count * models * (models - 1);
        return models + (models * plan.Rounds) + judged;
    }

    private void Note(int model, ModelReply reply)
    {
        _failures[model] = reply.Error is null ? 0 : _failures[model] + 1;
        _answered[model] |= reply.Error is null;
        _errors[model] ??= reply.Error;
    }
}
