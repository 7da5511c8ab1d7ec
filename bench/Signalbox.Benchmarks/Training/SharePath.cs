using System.Globalization;
using Signalbox.Inference.Sampling;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Training.Products;
using Signalbox.Inference.Training;
using Signalbox.Inference.Training.Layers;
using Signalbox.Inference.Training.Optimization;
using Signalbox.Inference.Training.Runs;

namespace Signalbox.Benchmarks.Training;

/// <summary>How much of a training step's time matrix products take, and how many tokens a second are trained: at the shape of the banking model.</summary>
internal static class SharePath
{
    private const int WarmUp = 2;
    private const double LeastShare = 0.7;

    private static readonly ModelShape Shape = new()
    {
        VocabularySize = 4096,
        EmbeddingLength = 320,
        Layers = 4,
        Heads = 5,
        KeyValueHeads = 5,
        FeedForwardLength = 864,
        ContextLength = 512,
    };

    /// <summary>0 when products take their share, 1 when they do not, 2 for arguments that nobody understands.</summary>
    public static int Run(string[] args)
    {
        string? json = null;
        var values = new Dictionary<string, int>(StringComparer.Ordinal) { ["--threads"] = Environment.ProcessorCount, ["--steps"] = 8, ["--tokens"] = 4096, ["--dropout"] = 10 };
        for (var i = 0; i < args.Length; i += 2)
        {
            if (args[i] == "--json" && i + 1 < args.Length)
            {
                json = args[i + 1];
                continue;
            }

            if (!values.ContainsKey(args[i]) || i + 1 == args.Length || !int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out var value) || value < (args[i] == "--dropout" ? 0 : 1))
            {
                Console.Error.WriteLine($"{args[i]} is not understood: share [--threads N] [--steps N] [--tokens N] [--dropout PERCENT], each with a number, [--json FILE].");
                return 2;
            }

            values[args[i]] = value;
        }

        return Measure(values["--threads"], values["--steps"], Math.Max(150, values["--tokens"]), values["--dropout"] / 100f, json);
    }

    private static int Measure(int threads, int steps, int tokens, float dropout, string? json)
    {
        using var pool = new WorkerPool(threads, FloatProduct.PoolPatience);
        var options = new TrainerOptions
        {
            MostTokens = tokens,
            Schedule = new CosineSchedule { Peak = 1e-3, TotalSteps = 1000 },
            Pass = new PassOptions { Dropout = dropout },
        };
        using var trainer = new Trainer(Shape, options, pool);
        Console.WriteLine($"{trainer.Parameters.Count:N0} weights, {threads} threads, up to {tokens} tokens a step, dropout {dropout:0.##}");
        var shares = new List<double>();
        var speeds = new List<double>();
        for (var step = 0; step < WarmUp + steps; step++)
        {
            var report = trainer.Step(Batch(tokens, (ulong)step));
            var (share, speed) = (report.ProductTime / report.Time, report.Tokens / report.Time.TotalSeconds);
            Console.WriteLine($"step {report.Step,3}: loss {report.Loss.Mean:0.000}, {report.Time.TotalSeconds:0.000} s, products {share:P1}, {speed:0} tokens/s{(step < WarmUp ? " (warm-up)" : "")}");
            if (step >= WarmUp)
            {
                shares.Add(share);
                speeds.Add(speed);
            }
        }

        shares.Sort();
        speeds.Sort();
        var median = shares[shares.Count / 2];
        Console.WriteLine($"median: products {median:P1} of the time (at least {LeastShare:P0} wanted), {speeds[speeds.Count / 2]:0} tokens/s");
        if (json is not null)
        {
            File.WriteAllText(json, string.Create(CultureInfo.InvariantCulture, $$"""{"productShare": {{median:0.000}}, "tokensPerSecond": {{speeds[speeds.Count / 2]:0}}}"""));
        }

        return median >= LeastShare ? 0 : 1;
    }

    /// <summary>Sequences of 10 to 150 tokens; a third of each, the question, has no target.</summary>
    private static PackedBatch Batch(int most, ulong seed)
    {
        var random = new Xoshiro256(seed);
        var (tokens, targets, starts) = (new List<int>(), new List<int>(), new List<int> { 0 });
        for (var length = Length(); tokens.Count + length <= most; length = Length())
        {
            for (var i = 0; i < length; i++)
            {
                tokens.Add(Token());
                targets.Add(i < length / 3 ? PackedBatch.NoTarget : Token());
            }

            starts.Add(tokens.Count);
        }

        return new PackedBatch([.. tokens], [.. targets], [.. tokens.Select(static _ => 1f)], [.. starts]);

        int Length() => 10 + (int)(random.NextDouble() * 141);

        int Token() => (int)(random.NextDouble() * Shape.VocabularySize);
    }
}
