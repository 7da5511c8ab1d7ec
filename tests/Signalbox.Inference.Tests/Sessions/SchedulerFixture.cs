using Signalbox.Inference.Adapters;
using Signalbox.Inference.Sampling;
using Signalbox.Inference.Sessions;
using Signalbox.Inference.Tests.Support;

namespace Signalbox.Inference.Tests.Sessions;

/// <summary>A scheduler over a fake model that moves only when a test steps it.</summary>
internal sealed class SchedulerFixture : IDisposable
{
    public SchedulerFixture(int minimum = 1, int maximum = 8, int queue = 256, int batchTokens = 64, int context = 4096, bool causal = true)
    {
        Runner = new FakeRunner(batchTokens) { Causal = causal };
        Scheduler = new Scheduler(
            Runner,
            new SchedulerOptions { ContextLength = context, MinimumSlots = minimum, MaximumSlots = maximum, MaximumQueue = queue },
            Clock);
        Context = context;
    }

    public FakeRunner Runner { get; }

    public Scheduler Scheduler { get; }

    public ManualClock Clock { get; } = new();

    public int Context { get; }

    public static int[] Tokens(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(1, 50))];
    }

    public Answer Create(int[] prompt, int maxTokens = 4, string? owner = null, IReadOnlyList<ActiveAdapter>? adapters = null) => new(
        new GenerationRequest { Prompt = prompt, MaxTokens = maxTokens, Owner = owner, Adapters = adapters ?? [], Sampling = new SamplingOptions { Temperature = 0 } },
        new FakeTokenizer(),
        Runner.VocabularySize,
        Context);

    public Answer Submit(int[] prompt, int maxTokens = 4, string? owner = null, IReadOnlyList<ActiveAdapter>? adapters = null)
    {
        var answer = Create(prompt, maxTokens, owner, adapters);
        Assert.Null(Scheduler.Submit(answer));
        return answer;
    }

    public void Steps(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Scheduler.Step();
        }
    }

    /// <summary>Steps until every job has ended.</summary>
    public void Finish()
    {
        for (var i = 0; i < 100_000; i++)
        {
            if (Scheduler.Statistics is { ActiveSlots: 0, Queued: 0 })
            {
                return;
            }

            Scheduler.Step();
        }

        Assert.Fail("the jobs did not end");
    }

    public static (int[] Tokens, TokenStep? Last) Read(Answer answer)
    {
        var tokens = new List<int>();
        TokenStep? last = null;
        while (answer.Stream.TryRead(out var step))
        {
            Assert.Null(last);
            if (step.Token >= 0)
            {
                tokens.Add(step.Token);
            }

            last = step.End is null ? null : step;
        }

        return ([.. tokens], last);
    }

    public void Dispose() => Scheduler.Dispose();
}
