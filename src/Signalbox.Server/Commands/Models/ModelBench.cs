using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Signalbox.Inference;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Sessions;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Transformer;

namespace Signalbox.Server.Commands.Models;

/// <summary>What <c>model bench</c> is asked for.</summary>
internal sealed record ModelBenchRequest(string File, int Prompt, int Generate, int Depth, int Parallel, int Threads, int Runs)
{
    public KvCacheType Cache { get; init; }

    /// <summary>The most tokens of a pass.</summary>
    public int Batch { get; init; } = new EngineOptions().BatchTokens;

    /// <summary>What is wrong with it; null for nothing.</summary>
    public string? Problem =>
        Prompt is < 0 or > 1_000_000 ? "--prompt must be from 0 to 1,000,000."
        : Generate is < 0 or > 1_000_000 ? "--generate must be from 0 to 1,000,000."
        : Depth is < 0 or > 1_000_000 ? "--depth must be from 0 to 1,000,000."
        : Prompt + Generate == 0 ? "--prompt and --generate are both 0: there is nothing to measure."
        : Parallel is < 1 or > 256 ? "--parallel must be from 1 to 256."
        : Threads is < 1 or > 256 ? "--threads must be from 1 to 256."
        : Batch is < 1 or > 65536 ? "--batch must be from 1 to 65,536."
        : Runs is < 1 or > 1000 ? "--runs must be from 1 to 1,000."
        : null;
}

/// <summary>What was measured: rates in tokens per second, one per run.</summary>
internal sealed record ModelBenchResult(ModelBenchRequest Asked, IReadOnlyList<double> PromptRates, IReadOnlyList<double> GenerationRates, double LoadMs)
{
    public double PeakMiB { get; } = Memory("VmHWM");

    public double AnonymousMiB { get; } = Memory("RssAnon");

    public double FileMiB { get; } = Memory("RssFile");

    public static double Median(IReadOnlyList<double> values) => values.Order().ElementAt(values.Count / 2);

    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("model", Asked.File);
            json.WriteNumber("threads", Asked.Threads);
            json.WriteNumber("depth", Asked.Depth);
            json.WriteNumber("parallel", Asked.Parallel);
            json.WriteNumber("batch", Asked.Batch);
            json.WriteString("kv", Asked.Cache.ToString());
            json.WriteNumber("pp", Asked.Prompt);
            WriteRates(json, "pp", PromptRates);
            json.WriteNumber("tg", Asked.Generate);
            WriteRates(json, "tg", GenerationRates);
            json.WriteNumber("load_ms", Math.Round(LoadMs, 1));
            json.WriteNumber("peak_rss_MiB", PeakMiB);
            json.WriteNumber("rss_anon_MiB", AnonymousMiB);
            json.WriteNumber("rss_file_MiB", FileMiB);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteRates(Utf8JsonWriter json, string name, IReadOnlyList<double> rates)
    {
        if (rates.Count == 0)
        {
            json.WriteNull($"{name}_tok_s");
        }
        else
        {
            json.WriteNumber($"{name}_tok_s", Math.Round(Median(rates), 2));
        }

        json.WriteStartArray($"{name}_samples");
        foreach (var rate in rates)
        {
            json.WriteNumberValue(Math.Round(rate, 2));
        }

        json.WriteEndArray();
    }

    /// <summary>A number of the kernel's about this process, in MiB; 0 where it gives none.</summary>
    private static double Memory(string name)
    {
        if (!File.Exists("/proc/self/status"))
        {
            return 0;
        }

        var line = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line is null ? 0 : Math.Round(double.Parse(line.AsSpan(name.Length + 1).Trim()[..^3], CultureInfo.InvariantCulture) / 1024);
    }
}

/// <summary>Runs a model over made-up tokens and takes the time.</summary>
internal sealed class ModelBench
{
    private const int WarmUpTokens = 32;

    /// <summary>The runtime compiles hot methods anew beside the first passes.</summary>
    private const int WarmUpSteps = 24;

    private readonly ModelBenchRequest _asked;
    private readonly TimeProvider _time;
    private readonly LanguageModel _model;
    private readonly Batch _batch;
    private readonly List<KvCache> _caches = [];
    private readonly Random _random = new(12345);
    private readonly CancellationToken _cancel;

    private ModelBench(ModelBenchRequest asked, TimeProvider time, LanguageModel model, CancellationToken cancel)
    {
        (_asked, _time, _model, _cancel) = (asked, time, model, cancel);
        _batch = new Batch(BatchTokens(asked));
        for (var i = 0; i < asked.Parallel; i++)
        {
            _caches.Add(new KvCache(model.Config, Math.Max(asked.Prompt, asked.Depth + 1 + Math.Max(asked.Generate, WarmUpSteps)) + WarmUpTokens, asked.Cache));
        }
    }

    public static bool TryRun(
        ModelBenchRequest asked, TimeProvider time, Action<string> progress, [NotNullWhen(true)] out ModelBenchResult? result, [NotNullWhen(false)] out EngineFault? fault, CancellationToken cancel)
    {
        result = null;
        var start = time.GetTimestamp();
        if (!GgufFile.TryOpen(asked.File, out var file, out fault))
        {
            return false;
        }

        using (file)
        using (var pool = new WorkerPool(asked.Threads))
        {
            if (!LanguageModel.TryLoad(file, pool, BatchTokens(asked), out var model, out fault))
            {
                return false;
            }

            using (model)
            {
                var load = time.GetElapsedTime(start).TotalMilliseconds;
                if (model.Config.IsEncoder)
                {
                    fault = new EngineFault(EngineFaultKind.Unsupported, "This file is an encoder: it generates nothing. Give one that does.");
                    return false;
                }

                var positions = Math.Max(asked.Prompt, asked.Depth + 1 + asked.Generate);
                if (positions > model.Config.ContextLength)
                {
                    fault = new EngineFault(EngineFaultKind.ContextLength, $"{positions} positions were asked for and the model has {model.Config.ContextLength}; lower --prompt, --depth or --generate.");
                    return false;
                }

                var bench = new ModelBench(asked, time, model, cancel);
                try
                {
                    result = bench.Run(load, progress);
                }
                finally
                {
                    bench._caches.ForEach(static cache => cache.Dispose());
                }
            }
        }

        return true;
    }

    private ModelBenchResult Run(double load, Action<string> progress)
    {
        var (prompts, generations) = (new List<double>(), new List<double>());
        Prompt(Math.Min(_asked.Prompt, WarmUpTokens));
        Generate(WarmUpSteps);
        for (var run = 0; run < _asked.Runs; run++)
        {
            if (_asked.Prompt > 0)
            {
                prompts.Add(Prompt(_asked.Prompt));
                progress($"run {run + 1} of {_asked.Runs}: prompt {prompts[^1].ToString("0.0", CultureInfo.InvariantCulture)} tokens/s");
            }

            if (_asked.Generate > 0)
            {
                generations.Add(Generate(_asked.Generate));
                progress($"run {run + 1} of {_asked.Runs}: generation {generations[^1].ToString("0.0", CultureInfo.InvariantCulture)} tokens/s");
            }
        }

        return new ModelBenchResult(_asked, prompts, generations, load);
    }

    private double Prompt(int count)
    {
        if (count == 0)
        {
            return 0;
        }

        var tokens = Tokens(count);
        _caches[0].Truncate(0);
        var start = _time.GetTimestamp();
        Read(_caches[0], tokens);
        _ = Best(_model.Logits(0));
        return count / _time.GetElapsedTime(start).TotalSeconds;
    }

    private double Generate(int count)
    {
        var next = new int[_caches.Count];
        for (var i = 0; i < next.Length; i++)
        {
            _caches[i].Truncate(0);
            Read(_caches[i], Tokens(_asked.Depth + 1));
            next[i] = Best(_model.Logits(0));
        }

        var start = _time.GetTimestamp();
        for (var step = 0; step < count; step++)
        {
            _batch.Clear();
            for (var i = 0; i < next.Length; i++)
            {
                _batch.Add(_caches[i], next.AsSpan(i, 1), LogitsWanted.Last, []);
            }

            _model.Forward(_batch, _cancel);
            for (var i = 0; i < next.Length; i++)
            {
                next[i] = Best(_model.Logits(i));
            }
        }

        return (double)count * next.Length / _time.GetElapsedTime(start).TotalSeconds;
    }

    private void Read(KvCache cache, ReadOnlySpan<int> tokens)
    {
        while (tokens.Length > 0)
        {
            var piece = tokens[..Math.Min(tokens.Length, _batch.Capacity)];
            tokens = tokens[piece.Length..];
            _batch.Clear();
            _batch.Add(cache, piece, tokens.IsEmpty ? LogitsWanted.Last : LogitsWanted.None, []);
            _model.Forward(_batch, _cancel);
        }
    }

    private int[] Tokens(int count)
    {
        var tokens = new int[count];
        foreach (ref var token in tokens.AsSpan())
        {
            token = _random.Next(_model.Config.VocabularySize);
        }

        return tokens;
    }

    /// <summary>Every conversation has a token in each pass.</summary>
    private static int BatchTokens(ModelBenchRequest asked) => Math.Max(asked.Batch, asked.Parallel);

    private static int Best(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var i = 1; i < logits.Length; i++)
        {
            best = logits[i] > logits[best] ? i : best;
        }

        return best;
    }
}
