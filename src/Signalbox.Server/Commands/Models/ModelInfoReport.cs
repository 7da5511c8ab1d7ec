using System.Globalization;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Sizing;
using Signalbox.Inference.Transformer;
using Spectre.Console;

namespace Signalbox.Server.Commands.Models;

/// <summary>Everything that <c>model info</c> says, and its words.</summary>
internal sealed record ModelInfoReport(GgufFile File, TransformerConfig Config, ModelFit Fit, MachineMemory Machine, double BytesPerSecond, int Threads)
{
    private const int RedirectedWidth = 200;

    public bool Fits => Fit.AsAsked.Fits(Machine);

    public string? Name => File.Metadata.TryGetString("general.name", out var name) ? name : null;

    public long Parameters => File.Tensors.Sum(static tensor => tensor.Columns * tensor.Rows);

    /// <summary>The types of the weights, the one with the most bytes first.</summary>
    public IReadOnlyList<(TensorType Type, int Tensors, long Bytes)> Types =>
        [.. File.Tensors.GroupBy(static tensor => tensor.Type)
            .Select(static group => (group.Key, group.Count(), group.Sum(static tensor => tensor.ByteCount)))
            .OrderByDescending(static type => type.Item3)];

    /// <summary>An encoder makes embeddings, no tokens; a file may hold a vocabulary only.</summary>
    public double? TokensPerSecond(FitChoice choice, double filled) =>
        Config.IsEncoder || choice.ReadBytes == 0 ? null : choice.TokensPerSecond(BytesPerSecond, filled);

    /// <summary>The engine's own limit for caches and buffers, where it is too small for one conversation of this length.</summary>
    public long? NeededMemoryLimit
    {
        get
        {
            var bytes = Fit.AsAsked.CacheBytes + Fit.AsAsked.BufferBytes;
            return bytes > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 ? bytes : null;
        }
    }

    public void Print()
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = RedirectedWidth;
        }

        Line($"{File.Path}: {Config.Architecture}, {Parameters / 1e6:N0} M parameters, {MiB(File.FileBytes)}");
        if (Name is { Length: > 0 } name)
        {
            Line($"  name     {string.Concat(name.Where(static character => !char.IsControl(character)))}");
        }

        Line($"  shape    {Config.Layers} layers of {Config.EmbeddingLength:N0}, {Config.Heads} heads ({Config.KeyValueHeads} of keys and values), feed-forward {Config.FeedForwardLength:N0}, {Config.VocabularySize:N0} tokens");
        Line($"  context  {Config.ContextLength:N0} positions");
        Line($"  weights  {string.Join(", ", Types.Select(static type => Text($"{type.Type} {MiB(type.Bytes)} ({type.Tensors} tensors)")))}");
        PrintMemory();
        PrintSpeed();
        if (!Fits)
        {
            PrintAlternatives();
        }
    }

    private void PrintMemory()
    {
        var asked = Fit.AsAsked;
        Line($"Memory for one conversation of {asked.Context:N0} positions, {asked.Cache} cache:");
        Line($"  weights {MiB(asked.WeightBytes)}, cache {MiB(asked.CacheBytes)}, buffers {MiB(asked.BufferBytes)}, the process about {MiB(FitChoice.RuntimeBytes)}: {MiB(asked.NeededBytes)}");
        Line($"  {MiB(Machine.AvailableBytes)} are available of {MiB(Machine.TotalBytes)}: {(Fits ? "it fits" : "it does not fit")}");
        if (Fits && NeededMemoryLimit is { } limit)
        {
            Line($"  Cache and buffers are more than a quarter of the machine's memory: give the engine a memory limit of {MiB(limit)} or more.");
        }
    }

    private void PrintSpeed()
    {
        Line($"Memory is read at {BytesPerSecond / 1e9:0.0} GB/s with {Threads} {(Threads == 1 ? "thread" : "threads")}.");
        if (TokensPerSecond(Fit.AsAsked, 0) is { } empty)
        {
            Line($"  A token reads {MiB(Fit.AsAsked.ReadBytes)} of weights: at most {Rate(empty)} tokens/s, {Rate(TokensPerSecond(Fit.AsAsked, 1))} with a full context.");
        }
    }

    private void PrintAlternatives()
    {
        if (Fit.Alternatives.Count == 0)
        {
            Line($"Nothing of this model fits: even Q4_0 weights with a Q8_0 cache of {Fit.Smallest.Context:N0} positions need {MiB(Fit.Smallest.NeededBytes)}. Take a smaller model.");
            return;
        }

        Line($"What would fit:");
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumns("weights", "context", "cache", "memory", "tokens/s at most");
        foreach (var choice in Fit.Alternatives)
        {
            table.AddRow(choice.Weights?.ToString() ?? "as they are", Text($"{choice.Context:N0}"), choice.Cache.ToString(), MiB(choice.NeededBytes), Rate(TokensPerSecond(choice, 0)));
        }

        AnsiConsole.Write(table);
        if (Fit.Alternatives.FirstOrDefault(static choice => choice.Weights is not null) is { } smaller)
        {
            var word = smaller.Weights.ToString()!.ToLowerInvariant();
            Line($"Smaller weights: signalbox model quantize {File.Path} --type {word} --out {Path.ChangeExtension(File.Path, word + ".gguf")}");
        }
    }

    private static string Rate(double? tokensPerSecond) => tokensPerSecond switch { null => "-", < 100 and var slow => Text($"{slow:0.#}"), var fast => Text($"{fast:N0}") };

    private static string MiB(long bytes) => Text($"{(bytes + (1 << 20) - 1) >> 20:N0} MiB");

    private static void Line(FormattableString text) => Console.WriteLine(Text(text));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
