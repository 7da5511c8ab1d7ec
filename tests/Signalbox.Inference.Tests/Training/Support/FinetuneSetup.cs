using Signalbox.Inference.Tests.Support;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Training.Adapters;
using Signalbox.Inference.Training.Layers;
using Signalbox.Inference.Training.Optimization;
using Signalbox.Inference.Training.Runs;

namespace Signalbox.Inference.Tests.Training.Support;

/// <summary>A random base in a file, frozen, with a trainer of its adapters.</summary>
internal sealed class FinetuneSetup : IDisposable
{
    public const int Vocabulary = 300;

    public static readonly AdapterShape Adapter = new(4, 8, AdapterTargets.All);

    private readonly TemporaryFile _path;
    private readonly AdapterScratch _scratch;

    public FinetuneSetup(int threads = 2, FrozenKind kind = FrozenKind.Nf4, TensorType type = TensorType.F32, PassOptions? pass = null, RandomModel? model = null, AdapterShape? adapter = null)
    {
        Pool = new WorkerPool(threads);
        _path = RandomModels.Create((model ?? new RandomModel { EmbeddingLength = 64, FeedForwardLength = 96, VocabularySize = Vocabulary }) with { Type = type });
        Assert.True(GgufFile.TryOpen(_path.Path, out var file, out var fault), fault?.Message);
        File = file;
        Assert.True(FrozenModel.TryFreeze(file, kind, out var frozen, out fault), fault?.Message);
        Frozen = frozen;
        var (compute, shape) = (new Compute(Pool), adapter ?? Adapter);
        _scratch = new AdapterScratch(compute, frozen.Widest, 128, shape.Rank);
        var options = TrainingSetup.Options(pass ?? new PassOptions { Recompute = true }, mostTokens: 128);
        Trainer = new Trainer(frozen.Shape, options, new ParameterSet(frozen.Parameters(shape), 5), (_, parameters, _) => frozen.Layers(shape, parameters, _scratch), compute);
    }

    public WorkerPool Pool { get; }

    public GgufFile File { get; }

    public FrozenModel Frozen { get; }

    public Trainer Trainer { get; }

    public float[] Values => [.. Trainer.Parameters.All.SelectMany(static parameter => parameter.ValueSpan.ToArray())];

    /// <summary>B is zero at first, and nothing of A would be seen.</summary>
    public void Randomize()
    {
        foreach (var (i, parameter) in Trainer.Parameters.All.Index())
        {
            TrainingSetup.RandomValues(parameter.ValueSpan.Length, 40 + (ulong)i).Select(static value => 0.15f * value).ToArray().CopyTo(parameter.ValueSpan);
        }
    }

    public void Train(int from, int to)
    {
        for (var step = from; step < to; step++)
        {
            Trainer.Step(TrainingSetup.Batch(Vocabulary, (ulong)step, 9, 25), TrainingSetup.Batch(Vocabulary, (ulong)step + 100, 12));
        }
    }

    /// <summary>Every matrix of the base as it is multiplied with.</summary>
    public unsafe float[] Base()
    {
        var names = File.Tensors.Where(static tensor => tensor.Rows > 1).Select(static tensor => tensor.Name);
        var all = new List<float>();
        foreach (var matrix in names.Select(name => Frozen[name]))
        {
            var values = new float[matrix.Rows * matrix.Columns];
            fixed (float* target = values)
            {
                matrix.Dequantize(0, matrix.Rows, target, Pool);
            }

            all.AddRange(values);
        }

        return [.. all];
    }

    public float[] Logits(int[] tokens)
    {
        var logits = new float[tokens.Length * Vocabulary];
        Trainer.Model.Logits(new(tokens, new int[tokens.Length], new float[tokens.Length], [0, tokens.Length]), [.. Enumerable.Range(0, tokens.Length)], logits);
        return logits;
    }

    public void Dispose()
    {
        Trainer.Dispose();
        _scratch.Dispose();
        Frozen.Dispose();
        File.Dispose();
        _path.Dispose();
        Pool.Dispose();
    }
}
