using Signalbox.Configuration.Local;
using Microsoft.Extensions.AI;
using Signalbox.Catalog;
using Signalbox.Configuration;
using Signalbox.Dialects;
using Signalbox.Inference;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Transformer;
using Signalbox.Sensitivity;

namespace Signalbox.Providers.Local;

/// <summary>The models of this process: what is sent here leaves nothing, and costs nothing.</summary>
internal sealed class LocalProvider : IProvider
{
    public const string ProviderName = "local";

    /// <summary>Unless the configuration says more: longer contexts take memory that most requests do not need.</summary>
    private const int LongestContext = 8192;

    /// <summary>Texts of one request for embeddings, as the large services have it.</summary>
    private const int MostTexts = 2048;

    /// <summary>Bytes of a file of which all is read at the start; more would push out what the machine has in memory.</summary>
    private const long LargestToWarm = 64 * 1024 * 1024;

    private static readonly TimeSpan Busy = TimeSpan.FromSeconds(2);

    private readonly LocalModels _models;
    private readonly int? _threads;
    private readonly Dictionary<string, LocalModelConfig> _configs;

    public LocalProvider(LocalConfig config, LocalModels models)
    {
        _models = models;
        _threads = config.Threads;
        _configs = LocalModelFiles.List(config).ToDictionary(static model => model.Name, StringComparer.Ordinal);
    }

    public string Name => ProviderName;

    public Locality Locality => Locality.Local;

    /// <summary>What the configuration and the folder have, in their order.</summary>
    public IReadOnlyCollection<LocalModelConfig> Models => _configs.Values;

    public bool Has(string name) => _configs.ContainsKey(name);

    /// <summary>Whether a model is one that Signalbox brings.</summary>
    public bool IsBuiltIn(string name) => _configs.TryGetValue(name, out var config) && config.IsBuiltIn;

    public int? Threads => _threads;

    /// <summary>What a model is, read off its file; null where the file cannot be used, or is no model by itself (an adapter).</summary>
    public CatalogModel? Describe(string name)
    {
        if (!_configs.TryGetValue(name, out var config) || !GgufFile.TryOpen(config.File!, out var file, out _))
        {
            return null;
        }

        using (file)
        {
            if ((file.Metadata.TryGetString("general.type", out var type) && type == "adapter") || !TransformerConfig.TryRead(file, out var shape, out _))
            {
                return null;
            }

            return new CatalogModel
            {
                Provider = ProviderName,
                Id = name,
                Kind = shape.IsEncoder ? ModelKind.Embedding : ModelKind.Chat,
                ContextWindow = config.ContextLength ?? Math.Min(shape.ContextLength, LongestContext),
                Capabilities = ModelCapabilities.Conservative with { Tools = false, ForcedTools = false },
                Prices = [new ModelPrice { From = DateOnly.MinValue, Source = "this machine", Input = 0, Output = 0 }],
                Quality = config.Quality,
            };
        }
    }

    public async Task<ProviderAnswer> SendAsync(ProviderCall call, CancellationToken cancel)
    {
        if (Interlock.Refuse(call.Context.Sensitivity, Name, Locality) is { } refusal)
        {
            return new FailedAnswer(refusal);
        }

        var (model, error) = await OpenAsync(call.Deployment.Upstream, cancel);
        if (model is null)
        {
            return new FailedAnswer(error!);
        }

        call.Request = LocalVocabulary.WithFields(call.Request);
        return await new ChatClientProvider(Name, model.Client, Locality).SendAsync(call, cancel);
    }

    /// <summary>Begins to load a model that is about to be asked. What fails here, the request is told.</summary>
    public void BeginLoading(string name) => _ = Task.Run(() => OpenAsync(name, CancellationToken.None));

    /// <summary>Loads a model and computes a token with it, so that the first request waits for neither. What fails here, that request is told.</summary>
    public async Task WarmUpAsync(string name, CancellationToken cancel)
    {
        try
        {
            if ((await OpenAsync(name, cancel)).Model is { } model && new FileInfo(_configs[name].File!).Length <= LargestToWarm)
            {
                await model.Client.GetResponseAsync([new ChatMessage(ChatRole.User, "hello")], new ChatOptions { MaxOutputTokens = 2 }, cancel);
            }
        }
        catch (Exception e) when (e is EngineException or OperationCanceledException or IOException)
        {
            // Nobody waits for this.
        }
    }

    /// <summary>Vectors of texts; or why there are none.</summary>
    public async Task<(GeneratedEmbeddings<Embedding<float>>? Embeddings, GatewayError? Error)> EmbedAsync(string name, IReadOnlyList<string> texts, EmbeddingGenerationOptions options, CancellationToken cancel)
    {
        if (texts.Count > MostTexts)
        {
            return (null, GatewayError.Invalid("input", $"There are {texts.Count} texts; a local model takes {MostTexts} at once. Send fewer.") with { IsOfTarget = true });
        }

        var (model, error) = await OpenAsync(name, cancel);
        if (model is null)
        {
            return (null, error);
        }

        try
        {
            return (await model.Embeddings.GenerateAsync(texts, options, cancel), null);
        }
        catch (EngineException e)
        {
            return (null, ErrorOf(e.Fault));
        }
    }

    /// <summary>The engine's fault in the gateway's words.</summary>
    public static GatewayError ErrorOf(EngineFault fault) => fault.Kind switch
    {
        EngineFaultKind.InvalidRequest => new GatewayError(ErrorKind.InvalidRequest, fault.Message),
        EngineFaultKind.Unsupported => new GatewayError(ErrorKind.InvalidRequest, fault.Message) { IsOfTarget = true },
        EngineFaultKind.ContextLength => new GatewayError(ErrorKind.ContextLength, fault.Message),
        EngineFaultKind.Overloaded => new GatewayError(ErrorKind.Overloaded, fault.Message) { Status = 503, RetryAfter = Busy },
        _ => new GatewayError(ErrorKind.UpstreamUnavailable, fault.Message),
    };

    private async Task<(LocalModel? Model, GatewayError? Error)> OpenAsync(string name, CancellationToken cancel)
    {
        if (!_configs.TryGetValue(name, out var config))
        {
            return (null, new GatewayError(ErrorKind.NotFound, $"There is no local model '{name}'. Put {name}.gguf into the folder of local.folder, or list it under local.models."));
        }

        var (model, fault) = await _models.OpenAsync(config, _threads, cancel);
        return (model, fault is null ? null : ErrorOf(fault));
    }
}
