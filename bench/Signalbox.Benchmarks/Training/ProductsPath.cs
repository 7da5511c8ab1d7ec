using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Training.Products;

namespace Signalbox.Benchmarks.Training;

/// <summary>The matrix products of training beside OpenBLAS: the same shapes, threads and memory, in turn. See docs/training-benchmarks.md.</summary>
internal sealed class ProductsPath
{
    private const string Usage = "Signalbox.Benchmarks products [--quick] [--json FILE]";

    /// <summary>Least speed beside OpenBLAS.</summary>
    private const double Bar = 0.5;

    /// <summary>After its products OpenBLAS's threads look for the next for a while; they must not take the time of the other side.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(80);

    /// <summary>Not counted: until the system has found a core for each thread.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(30);

    private readonly OpenBlas _blas;
    private readonly int _rounds;
    private readonly TimeSpan _span;
    private readonly Quiet _quiet = new();
    private readonly List<ProductResult> _results = [];

    private ProductsPath(OpenBlas blas, bool quick) =>
        (_blas, _rounds, _span) = (blas, quick ? 3 : 5, TimeSpan.FromMilliseconds(quick ? 30 : 60));

    /// <returns>0 when every bar was met, 1 when one was not, 2 for wrong words or a machine without OpenBLAS.</returns>
    public static async Task<int> RunAsync(string[] words)
    {
        if (!TryReadWords(words, out var quick, out var file))
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }

        if (!OpenBlas.TryLoad(out var blas))
        {
            Console.Error.WriteLine("error: libopenblas.so.0 is not installed (Debian: apt-get install libopenblas0-pthread).");
            return 2;
        }

        var path = new ProductsPath(blas, quick);
        Console.WriteLine($"OpenBLAS with its kernels for {blas.Core} ({blas.Build}); GFLOP/s, median of {path._rounds} rounds{(quick ? ", quick" : "")}");
        foreach (var threads in new[] { 1, 2 })
        {
            if (threads > Environment.ProcessorCount)
            {
                Console.WriteLine($"SKIPPED {threads} threads: this machine has {Environment.ProcessorCount} processors.");
                continue;
            }

            await path.MeasureAsync(threads);
        }

        return path.Judge(file);
    }

    private static bool TryReadWords(string[] words, out bool quick, out string? file)
    {
        (quick, file) = (false, null);
        for (var i = 0; i < words.Length; i++)
        {
            if (words[i] == "--quick")
            {
                quick = true;
            }
            else if (words[i] == "--json" && i + 1 < words.Length)
            {
                file = words[++i];
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    private async Task MeasureAsync(int threads)
    {
        using var pool = new WorkerPool(threads, FloatProduct.PoolPatience);
        using var product = new FloatProduct(pool);
        _blas.SetThreads(threads);
        foreach (var shape in ProductShape.All())
        {
            using var sides = new ProductSides(shape, product, _blas);
            var difference = sides.Difference();
            if (!(difference < 1e-4))
            {
                throw new InvalidOperationException($"{shape.Name}: the two results differ by {difference:R} of the largest value.");
            }

            var (ours, theirs) = (new List<double>(), new List<double>());
            for (var round = 0; round < _rounds; round++)
            {
                ours.Add(await _quiet.MeasureAsync(() => RateAsync(shape, sides.Ours)));
                theirs.Add(await _quiet.MeasureAsync(() => RateAsync(shape, sides.Theirs)));
            }

            var result = new ProductResult(shape, threads, Median(ours), Median(theirs));
            _results.Add(result);
            Report(result.Ratio, $"{shape.Name}, {Threads(threads)}", string.Create(CultureInfo.InvariantCulture, $"{result.Ours:F0} and {result.Theirs:F0} GFLOP/s"));
        }
    }

    /// <summary>GFLOP/s of as many products as fill the time, after as many as fill the warm-up.</summary>
    private async Task<double> RateAsync(ProductShape shape, Action multiply)
    {
        await Task.Delay(Rest);
        Repeat(multiply, WarmUp);
        var (count, elapsed) = Repeat(multiply, _span);
        return shape.Operations * count / elapsed.TotalSeconds / 1e9;
    }

    private static (int Count, TimeSpan Elapsed) Repeat(Action multiply, TimeSpan least)
    {
        var (start, count) = (Stopwatch.GetTimestamp(), 0);
        TimeSpan elapsed;
        do
        {
            multiply();
            count++;
            elapsed = Stopwatch.GetElapsedTime(start);
        }
        while (elapsed < least);
        return (count, elapsed);
    }

    private int Judge(string? file)
    {
        foreach (var group in _results.GroupBy(static result => result.Threads))
        {
            var worst = group.MinBy(static result => result.Ratio)!;
            Report(worst.Ratio, $"worst of {group.Count()}, {Threads(group.Key)}", worst.Shape.Name);
            Report(GeometricMean(group), $"geometric mean of {group.Count()}, {Threads(group.Key)}", null);
        }

        if (file is not null)
        {
            Write(file);
        }

        if (_quiet.Disturbed > 0)
        {
            Console.WriteLine($"{_quiet.Disturbed} measurements count although other programs took the processors each time.");
        }

        var missed = _results.Count(static result => result.Ratio < Bar);
        Console.WriteLine(missed == 0 ? "Every bar was met." : $"{missed} of {_results.Count} bars were missed.");
        return missed == 0 ? 0 : 1;
    }

    private static void Report(double ratio, string text, string? detail) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{(ratio >= Bar ? "ok  " : "MISS")} {text,-62} {ratio:F2} x (bar {Bar} at least){(detail is null ? "" : $": {detail}")}"));

    private void Write(string file)
    {
        using var stream = File.Create(file);
        using var json = new Utf8JsonWriter(stream, new() { Indented = true });
        json.WriteStartObject();
        json.WriteString("core", _blas.Core);
        json.WriteString("openblas", _blas.Build);
        json.WriteNumber("rounds", _rounds);
        json.WriteNumber("bar", Bar);
        json.WriteNumber("disturbed", _quiet.Disturbed);
        json.WriteStartArray("results");
        foreach (var result in _results)
        {
            result.Write(json);
        }

        json.WriteEndArray();
        json.WriteStartObject("geometric_mean");
        foreach (var group in _results.GroupBy(static result => result.Threads))
        {
            json.WriteNumber($"{group.Key}", Math.Round(GeometricMean(group), 3));
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string Threads(int threads) => threads == 1 ? "1 thread" : $"{threads} threads";

    private static double GeometricMean(IEnumerable<ProductResult> results) => Math.Exp(results.Average(static result => Math.Log(result.Ratio)));

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
