using System.Diagnostics.CodeAnalysis;
using Signalbox.Inference.Adapters;
using Signalbox.Inference.ChatTemplates;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Tokenization;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Sessions;

/// <summary>What an engine is made of, in the order of loading; disposed in the opposite one.</summary>
internal sealed class EngineParts : IDisposable
{
    private readonly Stack<IDisposable> _owned = [];
    private readonly Dictionary<string, LoraAdapter> _adapters = new(StringComparer.Ordinal);

    public required GgufFile File { get; init; }

    public required TransformerConfig Config { get; init; }

    public required Tokenizer Tokenizer { get; init; }

    public required ChatTemplate Template { get; init; }

    public required MemoryPlan Memory { get; init; }

    public ModelRunner Runner { get; private set; } = null!;

    public static bool TryLoad(string path, EngineOptions options, [NotNullWhen(true)] out EngineParts? parts, [NotNullWhen(false)] out EngineFault? fault)
    {
        parts = null;
        if (!GgufFile.TryOpen(path, out var file, out fault))
        {
            return false;
        }

        if (!TransformerConfig.TryRead(file, out var config, out fault)
            || !MemoryPlan.TryMake(config, options, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, out var memory, out fault)
            || !Tokenizer.TryCreate(file.Metadata, out var tokenizer, out fault)
            || !ChatTemplate.TryCreate(file.Metadata, tokenizer, out var template, out fault))
        {
            file.Dispose();
            return false;
        }

        var loaded = new EngineParts { File = file, Config = config, Tokenizer = tokenizer, Template = template, Memory = memory };
        loaded._owned.Push(file);
        var pool = new WorkerPool(MemoryPlan.ThreadsOf(options));
        loaded._owned.Push(pool);
        if (!LanguageModel.TryLoad(file, pool, memory.BatchTokens, out var model, out fault))
        {
            loaded.Dispose();
            return false;
        }

        loaded.Runner = new LanguageModelRunner(model, memory.BatchTokens, memory.ContextLength, options.KvCacheType);
        loaded._owned.Push(loaded.Runner);
        parts = loaded;
        return true;
    }

    /// <summary>Opens an adapter and keeps it under a name as long as the engine lives.</summary>
    public bool TryAddAdapter(string name, string path, [NotNullWhen(false)] out EngineFault? fault)
    {
        lock (_adapters)
        {
            if (_adapters.ContainsKey(name))
            {
                fault = new EngineFault(EngineFaultKind.InvalidRequest, $"An adapter named {name} is loaded already; choose another name.");
                return false;
            }

            if (!LoraAdapter.TryOpen(path, File, out var adapter, out fault))
            {
                return false;
            }

            _owned.Push(adapter);
            _adapters.Add(name, adapter);
            return true;
        }
    }

    public LoraAdapter? FindAdapter(string name)
    {
        lock (_adapters)
        {
            return _adapters.GetValueOrDefault(name);
        }
    }

    public IReadOnlyList<string> AdapterNames
    {
        get
        {
            lock (_adapters)
            {
                return [.. _adapters.Keys.Order(StringComparer.Ordinal)];
            }
        }
    }

    public void Dispose()
    {
        while (_owned.TryPop(out var part))
        {
            part.Dispose();
        }
    }
}
