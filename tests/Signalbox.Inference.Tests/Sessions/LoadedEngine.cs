using Signalbox.Inference.Sampling;
using Signalbox.Inference.Sessions;
using Signalbox.Inference.Tests.Support;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Tests.Sessions;

/// <summary>An engine over a small random model, single precision throughout.</summary>
internal sealed class LoadedEngine : IAsyncDisposable
{
    private readonly TemporaryFile _file;

    public LoadedEngine(RandomModel? model = null, EngineOptions? options = null, TimeProvider? time = null)
    {
        _file = RandomModels.Create(model ?? new RandomModel());
        if (!InferenceEngine.TryLoad(_file.Path, options ?? Options, time ?? TimeProvider.System, out var engine, out var fault))
        {
            _file.Dispose();
            Assert.Fail(fault.Message);
        }

        Engine = engine;
    }

    public static EngineOptions Options { get; } = new() { Threads = 2, KvCacheType = KvCacheType.F32, MaximumSlots = 8, BatchTokens = 64 };

    public static SamplingOptions Greedy { get; } = new() { Temperature = 0 };

    public InferenceEngine Engine { get; }

    public string FileName => Path.GetFileName(_file.Path);

    public static GenerationRequest Request(IReadOnlyList<int> prompt, int maxTokens) => new() { Prompt = prompt, MaxTokens = maxTokens, Sampling = Greedy };

    /// <summary>Ordinary tokens of the random vocabularies.</summary>
    public static int[] Prompt(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(262, 300))];
    }

    public async Task<List<GenerationEvent>> AnswerAsync(GenerationRequest request)
    {
        var events = new List<GenerationEvent>();
        await foreach (var step in Engine.GenerateAsync(request, TestContext.Current.CancellationToken))
        {
            events.Add(step);
        }

        return events;
    }

    public async Task<int[]> TokensAsync(GenerationRequest request)
    {
        var events = await AnswerAsync(request);
        Assert.Null(events[^1].Fault);
        return [.. events.Where(step => step.Token >= 0).Select(step => step.Token)];
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        _file.Dispose();
    }
}
