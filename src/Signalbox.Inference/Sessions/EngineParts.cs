using System.Diagnostics.CodeAnalysis;
using Signalbox.Inference.Adapters;
using Signalbox.Inference.ChatTemplates;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Sampling;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Tokenization;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Sessions;

/// <summary>What an engine is made of, in the order of loading; disposed in the opposite one.</summary>
internal sealed class EngineParts : IDisposable
{
    private readonly Stack<IDisposable> _owned;
    private readonly Dictionary<string, LoraAdapter> _adapters = new(StringComparer.Ordinal);

    private EngineParts(Stack<IDisposable> owned) => _owned = owned;

    public required GgufFile File { get; init; }

    public required TransformerConfig Config { get; init; }

    public required Tokenizer Tokenizer { get; init; }

    public required ChatTemplate Template { get; init; }

    public required MemoryPlan Memory { get; init; }

    public required ModelRunner Runner { get; init; }

    public required SamplingOptions Sampling { get; init; }

    public required ConfidenceMap Confidence { get; init; }

    public static bool TryLoad(string path, EngineOptions options, [NotNullWhen(true)] out EngineParts? parts, [NotNullWhen(false)] out EngineFault? fault)
    {
        parts = null;
        if (!GgufFile.TryOpen(path, out var file, out fault))
        {
            return false;
        }

        // The last to go, whatever of the loading fails, by a fault or by an exception.
        var owned = new Stack<IDisposable>([file]);
        try
        {
            return TryLoad(file, options, owned, out parts, out fault);
        }
        finally
        {
            if (parts is null)
            {
                DisposeAll(owned);
            }
        }
    }

    private static bool TryLoad(GgufFile file, EngineOptions options, Stack<IDisposable> owned, [NotNullWhen(true)] out EngineParts? parts, [NotNullWhen(false)] out EngineFault? fault)
    {
        parts = null;
        if (!TransformerConfig.TryRead(file, out var config, out fault)
            || !MemoryPlan.TryMake(config, options, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, out var memory, out fault)
            || !Tokenizer.TryCreate(file.Metadata, out var tokenizer, out fault)
            || !ChatTemplate.TryCreate(file.Metadata, tokenizer, out var template, out fault))
        {
            return false;
        }

        var pool = new WorkerPool(MemoryPlan.ThreadsOf(options));
        owned.Push(pool);
        if (!LanguageModel.TryLoad(file, pool, memory.BatchTokens, out var model, out fault))
        {
            return false;
        }

        owned.Push(model);
        var runner = new LanguageModelRunner(model, memory.BatchTokens, memory.ContextLength, options.KvCacheType);
        owned.Pop();
        owned.Push(runner);
        parts = new EngineParts(owned)
        {
            File = file,
            Config = config,
            Tokenizer = tokenizer,
            Template = template,
            Memory = memory,
            Runner = runner,
            Sampling = SamplingDefaults.Read(file.Metadata),
            Confidence = ConfidenceMap.Read(file.Metadata),
        };
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

    public void Dispose() => DisposeAll(_owned);

    private static void DisposeAll(Stack<IDisposable> owned)
    {
        while (owned.TryPop(out var part))
        {
            part.Dispose();
        }
    }
}
