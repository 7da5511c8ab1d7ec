using Signalbox.Inference.Adapters;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Tests.Support;

/// <summary>A random model that is ready to run, and passes over it without ceremony.</summary>
internal sealed class LoadedModel : IDisposable
{
    private readonly TemporaryFile _path;
    private readonly WorkerPool _pool;

    public LoadedModel(RandomModel model, int batchTokens = 64, int threads = 2)
    {
        _path = RandomModels.Create(model);
        _pool = new WorkerPool(threads);
        Assert.True(GgufFile.TryOpen(_path.Path, out var file, out var fault), fault?.Message);
        File = file;
        Assert.True(LanguageModel.TryLoad(file, _pool, batchTokens, out var loaded, out fault), fault?.Message);
        Model = loaded;
        Batch = new Batch(batchTokens);
    }

    public GgufFile File { get; }

    public LanguageModel Model { get; }

    public Batch Batch { get; }

    public KvCache NewCache(KvCacheType type = KvCacheType.F32, int capacity = 200) => new(Model.Config, capacity, type);

    /// <summary>Runs the tokens as one sequence's; the logits of each.</summary>
    public float[][] Run(KvCache cache, int[] tokens, params ActiveAdapter[] adapters)
    {
        Batch.Clear();
        Batch.Add(cache, tokens, LogitsWanted.All, adapters);
        Model.Forward(Batch, TestContext.Current.CancellationToken);
        return [.. Enumerable.Range(0, tokens.Length).Select(i => Model.Logits(i).ToArray())];
    }

    /// <summary>The largest difference of two sets of logits.</summary>
    public static float Distance(float[] a, float[] b) => a.Zip(b).Max(static pair => MathF.Abs(pair.First - pair.Second));

    /// <summary>Tokens of a text that says nothing.</summary>
    public static int[] Tokens(int count, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(3, 300))];
    }

    public void Dispose()
    {
        Model.Dispose();
        File.Dispose();
        _pool.Dispose();
        _path.Dispose();
    }
}
