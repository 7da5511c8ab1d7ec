using System.Collections.ObjectModel;
using Signalbox.Configuration.Fields;
using Signalbox.Inference.Transformer;

namespace Signalbox.Configuration.Local;

/// <summary>Models that run in this process, as the provider <c>local</c>.</summary>
public sealed record LocalConfig
{
    /// <summary>The folder whose GGUF files are models by their file names. Null: <c>models</c> in the working folder.</summary>
    public string? Folder { get; init; }

    /// <summary>Threads that compute; null for one per processor, at most 16.</summary>
    public int? Threads { get; init; }

    /// <summary>Models by the name behind <c>local/</c>; a file of the folder needs no entry.</summary>
    public IReadOnlyDictionary<string, LocalModelConfig> Models { get; init; } = ReadOnlyDictionary<string, LocalModelConfig>.Empty;

    /// <summary>The folder of the models that Signalbox brings: <c>models</c> beside the executable. Not configured.</summary>
    internal string BuiltInFolder { get; init; } = Path.Combine(AppContext.BaseDirectory, "models");

    internal static ConfigShape<LocalConfig> Shape { get; } = new ConfigShape<LocalConfig>(new LocalConfig())
        .Field("folder", Kinds.FilePath, c => c.Folder, (c, v) => c with { Folder = v },
            "The folder whose GGUF files are models by their file names; models in the working folder when left out.")
        .Field("threads", Kinds.Integer(1, 256).OrNull(), c => c.Threads, (c, v) => c with { Threads = v },
            "Threads that compute; one per processor, at most 16, when left out.")
        .Field("models", LocalModelConfig.Map, c => c.Models, (c, v) => c with { Models = v },
            "Models by the name behind local/; a file of the folder needs no entry.");

    /// <summary>The section as JSON.</summary>
    public override string ToString() => Shape.Print(this);
}

/// <summary>A model that runs in this process.</summary>
public sealed record LocalModelConfig
{
    /// <summary>The name behind <c>local/</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Its GGUF file; null for the file of this name in the folder.</summary>
    public string? File { get; init; }

    /// <summary>Tokens that a conversation may have; null for the model's own length, at most 8,192.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Places for conversations that are always kept. Default 1.</summary>
    public int MinimumSlots { get; init; } = 1;

    /// <summary>The most conversations at once; more wait. Default 8.</summary>
    public int MaximumSlots { get; init; } = 8;

    /// <summary>Memory for caches and buffers in MiB, the weights not counted; null for a quarter of the machine's.</summary>
    public int? MemoryLimitMiB { get; init; }

    /// <summary>How keys and values are kept. Default f16.</summary>
    public KvCacheType KvCache { get; init; }

    /// <summary>LoRA adapters by the name that a request switches them on with.</summary>
    public IReadOnlyDictionary<string, string> Adapters { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>How good its answers are, 0 to 1, for strategies that weigh quality.</summary>
    public double? Quality { get; init; }

    /// <summary>Tasks it is meant for.</summary>
    public IReadOnlyList<string> UseCases { get; init; } = [];

    /// <summary>Whether Signalbox brings it and nobody has named it: then <c>auto</c> takes it when nothing else is left.</summary>
    internal bool IsBuiltIn { get; init; }

    internal static ConfigShape<LocalModelConfig> Shape { get; } = new ConfigShape<LocalModelConfig>(new LocalModelConfig { Name = "" })
        .Field("file", Kinds.FilePath, c => c.File, (c, v) => c with { File = v },
            "Its GGUF file; the file of this name in the folder when left out.")
        .Field("contextLength", Kinds.Count.OrNull(), c => c.ContextLength, (c, v) => c with { ContextLength = v },
            "Tokens that a conversation may have; the model's own length, at most 8192, when left out.")
        .Field("minimumSlots", Kinds.Integer(1, 256), c => c.MinimumSlots, (c, v) => c with { MinimumSlots = v },
            "Places for conversations that are always kept.")
        .Field("maximumSlots", Kinds.Integer(1, 256), c => c.MaximumSlots, (c, v) => c with { MaximumSlots = v },
            "The most conversations at once; more wait for a place.")
        .Field("memoryLimitMiB", Kinds.Count.OrNull(), c => c.MemoryLimitMiB, (c, v) => c with { MemoryLimitMiB = v },
            "Memory for caches and buffers in MiB, the weights not counted; a quarter of the machine's when left out.")
        .Field("kvCache", Kinds.Choice(("f16", KvCacheType.F16), ("f32", KvCacheType.F32), ("q8_0", KvCacheType.Q8_0)), c => c.KvCache, (c, v) => c with { KvCache = v },
            "How keys and values are kept; q8_0 takes half the memory of f16.")
        .Field("adapters", Kinds.Map(Kinds.FilePath, "an object of GGUF adapter files by name", TextChecks.EntryName), c => c.Adapters, (c, v) => c with { Adapters = v },
            "LoRA adapters by the name that a request switches them on with.")
        .Field("quality", Kinds.Fraction.OrNull(), c => c.Quality, (c, v) => c with { Quality = v },
            "How good its answers are, for strategies that weigh quality.")
        .Field("useCases", Kinds.List(Kinds.Task, "a list of tasks"), c => c.UseCases, (c, v) => c with { UseCases = v },
            "Tasks it is meant for, in the words of the x-signalbox-task header.");

    internal static ConfigKind<IReadOnlyDictionary<string, LocalModelConfig>> Map => Kinds.Records(
        () => Shape, "an object of models by name", name => new LocalModelConfig { Name = name }, TextChecks.EntryName);

    /// <summary>The model as JSON.</summary>
    public override string ToString() => Shape.Print(this);
}
