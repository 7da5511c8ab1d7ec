using Signalbox.Configuration.Local;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;
using Signalbox.Inference;
using Signalbox.Inference.Sessions;

namespace Signalbox.Providers.Local;

/// <summary>
/// The engines of this process. A model is loaded when it is first asked for and stays loaded, across reloads, as long as the configuration
/// has it with the same settings; one that it no longer has is let go when its last answer has ended.
/// </summary>
internal sealed class LocalModels(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan IdleCheck = TimeSpan.FromSeconds(1);

    /// <summary>How long a model that could not be loaded is not tried again: loading costs far more than asking.</summary>
    private static readonly TimeSpan FailureHolds = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<LocalModelKey, Lazy<Task<LocalModel>>> _models = [];
    private readonly Dictionary<LocalModelKey, (EngineFault Fault, long At)> _failures = [];
    private readonly CancellationTokenSource _ended = new();

    /// <summary>The model, loaded by now; a fault is of the file or of the machine's memory, and a call some seconds later tries again.</summary>
    public async Task<(LocalModel? Model, EngineFault? Fault)> OpenAsync(LocalModelConfig config, int? threads, CancellationToken cancel)
    {
        var key = LocalModelKey.Of(config, threads);
        Lazy<Task<LocalModel>> loading;
        lock (_lock)
        {
            if (_failures.TryGetValue(key, out var failure) && time.GetElapsedTime(failure.At) < FailureHolds)
            {
                return (null, failure.Fault);
            }

            if (!_models.TryGetValue(key, out loading!))
            {
                // A file that was written anew takes the place of what was read from it before.
                LetGo(other => other.Name == key.Name);

                // Loading maps a file and takes memory: not on the thread that serves a request.
                _models[key] = loading = new(() => Task.Run(() => Load(config, threads)));
            }
        }

        try
        {
            var model = await loading.Value.WaitAsync(cancel);
            if (!model.Engine.IsStopped)
            {
                return (model, null);
            }
        }
        catch (Exception e) when (loading.Value.IsFaulted)
        {
            var fault = (e as EngineException ?? NotLoaded(config, new EngineFault(EngineFaultKind.InvalidFile, $"It failed with {e.GetType().Name}: {e.Message}"))).Fault;
            lock (_lock)
            {
                if (_models.TryGetValue(key, out var current) && ReferenceEquals(current, loading))
                {
                    _models.Remove(key);
                }

                _failures[key] = (fault, time.GetTimestamp());
            }

            return (null, fault);
        }

        // A pass failed as none should, and its engine has ended: the next one begins anew.
        lock (_lock)
        {
            LetGo(other => other == key);
        }

        return await OpenAsync(config, threads, cancel);
    }

    /// <summary>Lets go of every engine that a configuration no longer has.</summary>
    public void Keep(IEnumerable<LocalModelConfig> configs, int? threads)
    {
        var kept = configs.Select(config => LocalModelKey.Of(config, threads)).ToHashSet();
        lock (_lock)
        {
            _failures.Clear();
            LetGo(key => !kept.Contains(key));
        }
    }

    public void Dispose()
    {
        _ended.Cancel();
        lock (_lock)
        {
            foreach (var loading in _models.Values)
            {
                if (loading is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
                {
                    _ = loading.Value.Result.Engine.DisposeAsync().AsTask();
                }
            }

            _models.Clear();
        }
    }

    /// <summary>Under the lock.</summary>
    private void LetGo(Func<LocalModelKey, bool> which)
    {
        foreach (var (key, loading) in _models.Where(pair => which(pair.Key)).ToArray())
        {
            _models.Remove(key);
            _ = LetGoAsync(loading.Value);
        }
    }

    /// <summary>Requests keep the configuration they started with, so its engines live until nothing runs on them.</summary>
    private async Task LetGoAsync(Task<LocalModel> loading)
    {
        try
        {
            var engine = (await loading).Engine;
            using var timer = new PeriodicTimer(IdleCheck, time);
            for (var idle = 0; idle < 3 && await timer.WaitForNextTickAsync(_ended.Token);)
            {
                // A request that has just been given the engine may still be reading its prompt.
                idle = engine.Statistics is { ActiveSlots: 0, Queued: 0 } ? idle + 1 : 0;
            }

            await engine.DisposeAsync();
        }
        catch (Exception) when (loading.IsFaulted || _ended.IsCancellationRequested)
        {
            // It never was there, or the process ends and takes it along.
        }
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The engine lives in the model that is returned.")]
    private LocalModel Load(LocalModelConfig config, int? threads)
    {
        var options = new EngineOptions
        {
            Threads = threads,
            ContextLength = config.ContextLength,
            MinimumSlots = Math.Min(config.MinimumSlots, config.MaximumSlots),
            MaximumSlots = config.MaximumSlots,
            MemoryLimit = config.MemoryLimitMiB is { } most ? most * 1024L * 1024 : null,
            KvCacheType = config.KvCache,
        };
        if (!InferenceEngine.TryLoad(config.File!, options, time, out var engine, out var fault))
        {
            throw NotLoaded(config, fault);
        }

        foreach (var (name, path) in config.Adapters)
        {
            if (!engine.TryAddAdapter(name, path, out fault))
            {
                _ = engine.DisposeAsync().AsTask();
                throw NotLoaded(config, fault);
            }
        }

        return new LocalModel(engine, new LocalVocabulary(new LocalChatClient(engine, config.Name)), new LocalEmbeddingGenerator(engine, config.Name));
    }

    /// <summary>Whatever keeps a model from being loaded is its operator's to mend, never the caller's, and waiting does not help.</summary>
    private static EngineException NotLoaded(LocalModelConfig config, EngineFault fault) =>
        new(new EngineFault(EngineFaultKind.InvalidFile, $"The local model {config.Name} cannot be loaded. {fault.Message}"));

    private readonly record struct LocalModelKey(string Name, string Settings, int? Threads, DateTime Written)
    {
        /// <summary>A file that was written anew is another model.</summary>
        public static LocalModelKey Of(LocalModelConfig config, int? threads) =>
            new(config.Name, (config with { Quality = null, UseCases = [] }).ToString(), threads, File.GetLastWriteTimeUtc(config.File!));
    }
}

/// <summary>A loaded model behind the vocabulary.</summary>
internal sealed record LocalModel(InferenceEngine Engine, IChatClient Client, LocalEmbeddingGenerator Embeddings);
